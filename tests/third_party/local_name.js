// Resolves the one name the SDK is given to this machine, inside this process only; every other name is left alone.
"use strict";
const dns = require("dns");
const lookup = dns.lookup;
dns.lookup = (name, options, done) => {
    if (name !== process.env.LOCAL_INTACCT_HOST) return lookup(name, options, done);
    const callback = typeof options === "function" ? options : done;
    if (options && options.all) return process.nextTick(callback, null, [{ address: "127.0.0.1", family: 4 }]);
    return process.nextTick(callback, null, "127.0.0.1", 4);
};

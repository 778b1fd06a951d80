// The published JavaScript SDK: session, reads, pages, writes and refusals against the local Intacct.
"use strict";
const assert = require("assert");
const sdk = require("@intacct/intacct-sdk");
const known = JSON.parse(process.env.LOCAL_INTACCT);
const { Common, AccountsPayable } = sdk.Functions;

function config(password) {
    const made = new sdk.ClientConfig();
    const url = new URL(known.endpoint);
    url.hostname = process.env.LOCAL_INTACCT_HOST;
    Object.assign(made, {
        endpointUrl: url.href, senderId: known.sender, senderPassword: known.sender_password,
        companyId: known.company, userId: known.user, userPassword: password,
    });
    return made;
}
const make = (type, values) => Object.assign(new type(), values);
const refused = (promise) => assert.rejects(promise, sdk.Exceptions.ResponseException);

async function main() {
    await refused(sdk.SessionProvider.factory(config("wrong")));
    const signedIn = await sdk.SessionProvider.factory(config(known.password));
    assert.strictEqual(new URL(signedIn.endpointUrl).hostname, process.env.LOCAL_INTACCT_HOST);
    const client = new sdk.OnlineClient(signedIn);
    const run = async (type, values) => (await client.execute(make(type, values))).results[0];

    const query = { fromObject: "VENDOR", pageSize: 5, offset: 0 };
    const select = (name) => new Common.NewQuery.QuerySelect.SelectBuilder().addFields(["RECORDNO", name]).selects;
    const page = await run(Common.NewQuery.Query, { ...query, selectFields: select("NAME") });
    assert.strictEqual(page.data.length, 5);
    await refused(run(Common.NewQuery.Query, { ...query, selectFields: select("NOSUCHFIELD") }));

    const first = await run(Common.ReadByQuery, { objectName: "VENDOR", pageSize: 40 });
    const rest = await run(Common.ReadMore, { resultId: first.resultId });
    assert.strictEqual(first.data.length + rest.data.length, first.totalCount);

    const vendor = { vendorId: "JS-1", vendorName: "Fictional Framing", active: true };
    await run(AccountsPayable.VendorCreate, vendor);
    await refused(run(AccountsPayable.VendorCreate, vendor));
    const named = await run(Common.ReadByName, { objectName: "VENDOR", names: ["JS-1"] });
    const key = named.data[0].RECORDNO;
    await run(AccountsPayable.VendorUpdate, { vendorId: "JS-1", vendorName: "Fictional Framing Two" });
    const changed = await run(Common.Read, { objectName: "VENDOR", keys: [key] });
    assert.strictEqual(changed.data[0].NAME, "Fictional Framing Two");
    await run(Common.Lookup, { objectName: "VENDOR" });
    await run(Common.Inspect, { objectName: "*" });
}
main().then(() => console.log("  ok"), (problem) => { console.error(problem); process.exitCode = 1; });

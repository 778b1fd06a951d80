// The published JavaScript SDK: session, reads, writes, documents, transactions and refusals on the local Intacct.
"use strict";
const assert = require("assert");
const fs = require("fs");
const os = require("os");
const path = require("path");
const sdk = require("@intacct/intacct-sdk");
// Two functions the package has but does not list.
const unlisted = (name) => require(`@intacct/intacct-sdk/dist/Functions/Company/${name}`).default;
const known = JSON.parse(process.env.LOCAL_INTACCT);
const { Common, AccountsPayable, Company, Purchasing } = sdk.Functions;

function config(password) {
    return Object.assign(new sdk.ClientConfig(), {
        endpointUrl: `https://${process.env.LOCAL_INTACCT_HOST}:${process.env.LOCAL_INTACCT_PORT}/ia/xml/xmlgw.phtml`,
        senderId: known.sender, senderPassword: known.sender_password,
        companyId: known.company, userId: known.user, userPassword: password,
    });
}
const make = (type, values) => Object.assign(new type(), values);
const day = new Date(2026, 8, 20);

// The SDK raises its own class; what was refused is in its message and its list of errors.
async function refused(promise, type, text) {
    try { await promise; } catch (problem) {
        assert.ok(problem instanceof type, problem.stack);
        const said = [problem.message, ...(problem.errors || [])].join(" ");
        assert.ok(said.includes(text), `expected ${text} in ${said}`);
        return;
    }
    assert.fail(`expected a refusal with ${text}`);
}
const { ResponseException, ResultException } = sdk.Exceptions;

async function reads(run) {
    const select = (name) => new Common.NewQuery.QuerySelect.SelectBuilder().addFields(["RECORDNO", name]).selects;
    const query = { fromObject: "VENDOR", pageSize: 5, offset: 0 };
    const page = await run(Common.NewQuery.Query, { ...query, selectFields: select("NAME") });
    assert.strictEqual(page.data.length, 5);
    await refused(run(Common.NewQuery.Query, { ...query, selectFields: select("NOSUCHFIELD") }),
        ResponseException, "Field NOSUCHFIELD is not a valid field");
    const first = await run(Common.ReadByQuery, { objectName: "VENDOR", pageSize: 40 });
    const rest = await run(Common.ReadMore, { resultId: first.resultId });
    assert.strictEqual(first.data.length + rest.data.length, first.totalCount);
    await refused(run(Common.ReadMore, { resultId: "nope" }), ResponseException, "invalid or expired resultId");
    await run(Common.Lookup, { objectName: "VENDOR" });
    await run(Common.Inspect, { objectName: "*" });
    await run(unlisted("GetUserPermissions"), { userId: known.user });
    await run(unlisted("CompanyPrefsGet"), { application: "GEN" });
    const classes = await run(Common.GetList.GetList, { object: "class" });
    assert.strictEqual(classes.data.length, 4);
}

async function vendors(run) {
    const vendor = { vendorId: "JS-1", vendorName: "Fictional Framing", active: true };
    await run(AccountsPayable.VendorCreate, vendor);
    await refused(run(AccountsPayable.VendorCreate, vendor), ResponseException, "JS-1  already exists");
    const named = await run(Common.ReadByName, { objectName: "VENDOR", names: ["JS-1"] });
    await run(AccountsPayable.VendorUpdate, { vendorId: "JS-1", vendorName: "Fictional Framing Two" });
    const changed = await run(Common.Read, { objectName: "VENDOR", keys: [named.data[0].RECORDNO] });
    assert.strictEqual(changed.data[0].NAME, "Fictional Framing Two");
    await run(AccountsPayable.VendorDelete, { vendorId: "JS-1" });
    await refused(run(AccountsPayable.VendorDelete, { vendorId: "JS-1" }), ResponseException,
        "Cannot find vendor with key 'JS-1' to delete.");
    await run(Company.ClassCreate, { classId: "JS", className: "Fictional", active: true });
    await run(Company.ClassDelete, { classId: "JS" });
}

async function attachments(run) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "intacct-"));
    const sample = path.join(folder, "sample.txt");
    fs.writeFileSync(sample, "sample");
    const file = make(Company.AttachmentFile, { filePath: sample });
    await run(Company.AttachmentsFolderCreate, { folderName: "JavaScript" });
    const values = { attachmentsId: "JS-ATT", attachmentsName: "Sample", attachmentFolderName: "JavaScript" };
    const created = await run(Company.AttachmentsCreate, { ...values, files: [file] });
    assert.ok(Number(created.key) > 0);
    const nowhere = { ...values, attachmentsId: "JS-2", attachmentFolderName: "Nowhere", files: [file] };
    await refused(run(Company.AttachmentsCreate, nowhere), ResponseException, "Invalid Attachment Folder 'Nowhere'");
    fs.rmSync(folder, { recursive: true });
}

const billLine = () => make(AccountsPayable.BillLineCreate,
    { glAccountNumber: "5010", transactionAmount: 900, locationId: "100", projectId: "24-001", memo: "Footings" });
const bill = (number, lines) => ({
    vendorId: "V-1001", transactionDate: day, dueDate: day, paymentTerm: "Net 30", billNumber: number,
    attachmentsId: "JS-ATT", lines: lines || [billLine()],
});

async function bills(run) {
    const made = await run(AccountsPayable.BillCreate, bill("JS-INV-1"));
    await refused(run(AccountsPayable.BillCreate, bill("JS-INV-1")), ResponseException, "JS-INV-1  already exists");
    const wrong = Object.assign(billLine(), { projectId: "P-0000" });
    await refused(run(AccountsPayable.BillCreate, bill("JS-INV-2", [wrong])), ResponseException,
        "Invalid Project 'P-0000' specified.");
    const read = await run(Common.Read, { objectName: "APBILL", keys: [made.key] });
    assert.strictEqual(read.data[0].STATE, "Posted");
    await run(AccountsPayable.BillUpdate, { recordNo: made.key, description: "Second" });
    await refused(run(Company.AttachmentsDelete, { attachmentsId: "JS-ATT" }), ResponseException, "is used by AP Bill");
    await run(AccountsPayable.BillDelete, { recordNo: made.key });
    await run(Company.AttachmentsDelete, { attachmentsId: "JS-ATT" });
    await run(Company.AttachmentsFolderDelete, { folderName: "JavaScript" });
}

const orderLine = () => make(Purchasing.PurchasingTransactionLineCreate,
    { itemId: "SUBCON", quantity: 1, unit: "Each", price: 4100, locationId: "100", projectId: "24-001" });
const order = (number) => ({
    transactionDefinition: "PC Subcontracts", transactionDate: day, vendorId: "V-1001", documentNumber: number,
    paymentTerm: "Net 30", dueDate: day, returnToContactName: "", payToContactName: "", lines: [orderLine()],
});

async function purchasing(run) {
    const made = await run(Purchasing.PurchasingTransactionCreate, order("JS-9"));
    assert.strictEqual(made.key, "PC Subcontracts-JS-9");
    await refused(run(Purchasing.PurchasingTransactionCreate, order(undefined)), ResponseException,
        "Document Number is missing");
    const line = make(Purchasing.PurchasingTransactionLineUpdate, { lineNo: 1, price: 4200 });
    await run(Purchasing.PurchasingTransactionUpdate, { documentNumber: made.key, lines: [line] });
    const read = await run(Common.ReadByName, { objectName: "PODOCUMENT", names: [made.key] });
    assert.strictEqual(read.data[0].TRX_TOTAL, "4200");
    await run(Purchasing.PurchasingTransactionDelete, { documentId: made.key });
}

async function transactions(client, run) {
    const all = make(sdk.RequestConfig, { transaction: true, uniqueId: true });
    const good = make(AccountsPayable.VendorCreate, { vendorId: "JS-T", vendorName: "Fictional" });
    const bad = make(AccountsPayable.VendorCreate, { vendorId: "V-1001", vendorName: "Fictional" });
    await refused(client.executeBatch([good, bad], all), ResultException, "already exists");
    const after = await run(Common.ReadByName, { objectName: "VENDOR", names: ["JS-T"] });
    assert.strictEqual(after.data.length, 0);
    // Failed and undone functions may come again under the same control id, a completed one may not.
    const once = make(sdk.RequestConfig, { uniqueId: true });
    await client.execute(good, once);
    await refused(client.execute(good, once), ResponseException, "A function with this control id was already executed.");
}

async function main() {
    await refused(sdk.SessionProvider.factory(config("wrong")), ResponseException, "Sign-in information is incorrect");
    const signedIn = await sdk.SessionProvider.factory(config(known.password));
    const endpoint = new URL(signedIn.endpointUrl);
    assert.strictEqual(`${endpoint.protocol}//${endpoint.hostname}`, `https://${process.env.LOCAL_INTACCT_HOST}`);
    const client = new sdk.OnlineClient(signedIn);
    const run = async (type, values) => (await client.execute(make(type, values))).results[0];
    await reads(run);
    await vendors(run);
    await attachments(run);
    await bills(run);
    await purchasing(run);
    await transactions(client, run);
}
main().then(() => console.log("  ok"), (problem) => { console.error(problem); process.exitCode = 1; });

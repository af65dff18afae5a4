// The dashboard in a real browser. Started by tests/prove/page.py, which has the daemon ready.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";

const env = process.env;
const { chromium } = createRequire(path.join(env.DASHBOARD_MODULES, "x.js"))("playwright-core");
const url = env.DASHBOARD_URL;

// ---- Words with page.py ----
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function tell(word) {
  console.log("@" + word);
  await lines.next();
}

// ---- Words with the stand-ins ----
async function control(method, path, body) {
  const answer = await fetch(env.DASHBOARD_CONTROL + path, { method, body: body && JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  assert.ok(answer.ok, method + " " + path + ": " + answer.status);
  return answer.json();
}
const statusOf = async (cohort) => (await (await fetch(url + "/v1/status")).json()).syncs.find((s) => s.cohort === cohort);
// Who is on the list of a cohort, as the stand-in for Cordial has it.
const onList = async (cohort) => (await control("GET", "/lists/" + encodeURIComponent((await statusOf(cohort)).list))).contacts;

const browser = await chromium.launch({ executablePath: env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
const problems = [];

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: "en-GB", timezoneId: "Europe/Berlin", acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  latest = page;
  page.on("pageerror", (error) => problems.push("script: " + error.message));
  page.on("console", (message) => { if (message.type() === "error" && !/ERR_CONNECTION_REFUSED|status of (401|404|503)/.test(message.text())) problems.push("console: " + message.text()); });
  page.on("request", (request) => { if (!request.url().startsWith(url) && !request.url().startsWith("blob:")) problems.push("foreign request: " + request.url()); });
  return page;
}
async function go(page, hash) {
  await page.goto(url + "/" + hash);
  await page.waitForFunction(() => document.getElementById("content") && !document.getElementById("content").textContent.includes("Loading"));
}
async function shot(page, name) {
  if (env.DASHBOARD_SCREENSHOTS) await page.screenshot({ path: path.join(env.DASHBOARD_SCREENSHOTS, name + ".png"), fullPage: true });
}
const text = (page, selector = "main") => page.locator(selector).innerText();
const rowOf = (page, name) => page.locator("tbody tr", { has: page.getByRole("link", { name, exact: true }) });

let failed = 0, passed = 0, latest = null;
async function test(name, run) {
  try {
    await run();
    assert.deepEqual(problems.splice(0), []);
    passed += 1;
    console.log("ok   " + name);
  } catch (error) {
    failed += 1;
    await shot(latest, "failed-" + failed);
    problems.length = 0;
    console.log("FAIL " + name + "\n     " + String(error.stack || error).split("\n").slice(0, 12).join("\n     "));
  }
}

async function unlock(page) {
  await page.getByRole("button", { name: "Unlock" }).first().click();
  await page.getByLabel("Token", { exact: true }).fill(env.DASHBOARD_TOKEN);
  await page.locator("dialog").getByRole("button", { name: "Unlock" }).click();
}

await test("the overview has every sync, trouble first", async () => {
  const page = await open();
  await go(page, "");
  const names = await page.locator("tbody th a").allInnerTexts();
  assert.equal(names.length, 7);
  assert.equal(names[0], "gone");
  assert.match(await rowOf(page, "gone").innerText(), /failed/);
  assert.match(await rowOf(page, "big spenders").innerText(), /900 removals wait for your word/);
  assert.match(await rowOf(page, "active users").innerText(), /in sync/);
  assert.match(await rowOf(page, "resting").innerText(), /paused/);
  assert.match(await text(page), /Amplitude project demo/);
  await shot(page, "overview");
  await page.context().close();
});

await test("a hostile name is text", async () => {
  const page = await open();
  await go(page, "");
  assert.equal(await rowOf(page, env.DASHBOARD_HOSTILE).count(), 1);
  assert.equal(await page.locator("main img").count(), 0);
  assert.doesNotMatch(await page.title(), /owned/);
  await page.context().close();
});

await test("the filter, the groups and the order work", async () => {
  const page = await open();
  await go(page, "");
  await page.getByLabel("Filter").fill("bigspend");
  assert.deepEqual(await page.locator("tbody th a").allInnerTexts(), ["big spenders"]);
  await page.getByLabel("Filter").fill("nobody is called that");
  assert.match(await text(page), /Nothing fits/);
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("button", { name: /held/ }).click();
  assert.deepEqual(await page.locator("tbody th a").allInnerTexts(), ["big spenders", "keepers"]);
  await page.getByRole("button", { name: /all/ }).first().click();
  await page.getByLabel("Sort").selectOption("members");
  assert.equal((await page.locator("tbody th a").allInnerTexts())[0], "big spenders");
  await page.context().close();
});

await test("every count of the overview leads to its rows", async () => {
  const page = await open();
  await go(page, "");
  await rowOf(page, "big spenders").getByRole("link", { name: "900", exact: true }).click();
  await page.getByRole("heading", { name: "Held", exact: true }).waitFor();
  await page.getByText("s***@e***.com").first().waitFor();
  assert.equal(await page.locator("tbody tr").count(), 100);
  await unlock(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
  const lines = (await (await import("node:fs/promises")).readFile(await download.path(), "utf8")).trim().split("\n");
  assert.equal(lines.length, 901);
  assert.match(lines[1], /^"spender\d+@example\.com","remove"$/);
  await page.goBack();
  await rowOf(page, env.DASHBOARD_HOSTILE).getByRole("link", { name: "2", exact: true }).click();
  await page.getByRole("heading", { name: "Parked", exact: true }).waitFor();
  await page.locator("tbody tr").first().waitFor();
  assert.equal(await page.locator("tbody tr").count(), 2);
  await page.goBack();
  await rowOf(page, env.DASHBOARD_HOSTILE).getByRole("link", { name: "40", exact: true }).click();
  await page.getByRole("heading", { name: "Members", exact: true }).waitFor();
  await page.locator("tbody tr").first().waitFor();
  assert.equal(await page.locator("tbody tr").count(), 40);
  assert.equal(await page.locator("tbody tr", { hasText: "parked" }).count(), 2);
  await page.context().close();
});

await test("the counts of a run lead to its operations", async () => {
  const page = await open();
  await go(page, "#/runs?cohort=hostile");
  await page.locator("tbody tr").first().getByRole("link", { name: "40", exact: true }).click();
  await page.getByRole("heading", { name: /^Operations of run/ }).waitFor();
  await page.locator("tbody tr").first().waitFor();
  assert.equal(await page.locator("tbody tr").count(), 40);
  await page.getByLabel("State").selectOption("parked");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 2);
  await shot(page, "operations");
  await page.getByLabel("Operation", { exact: true }).selectOption("remove");
  await page.getByText("Nothing fits").waitFor();
  await page.context().close();
});

await test("members come in pages, are searched and are there as CSV", async () => {
  const page = await open();
  await go(page, "");
  const all = await onList("7khm89cz");
  await rowOf(page, "big spenders").getByRole("link", { name: all.length.toLocaleString("en-GB"), exact: true }).click();
  await page.locator("tbody tr").nth(99).waitFor();
  assert.doesNotMatch(await text(page), /spender\d/);
  await shot(page, "members");
  await unlock(page);
  await page.getByLabel("Whole identifiers").click();
  await page.getByText(/^spender\d{4}@example\.com$/).first().waitFor();
  const seen = new Set();
  for (let more = true; more;) {
    for (const contact of await page.locator("tbody th").allInnerTexts()) seen.add(contact);
    more = await page.getByRole("button", { name: "Next page" }).count() > 0;
    const first = await page.locator("tbody th").first().innerText();
    if (!more) break;
    await page.getByRole("button", { name: "Next page" }).click();
    await page.waitForFunction((before) => document.querySelector("tbody th").textContent !== before, first);
  }
  assert.deepEqual([...seen].sort(), all);
  await page.getByLabel("Search").fill("spender100");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await page.getByLabel("Search").fill("");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
  const lines = (await (await import("node:fs/promises")).readFile(await download.path(), "utf8")).trim().split("\n");
  assert.equal(lines[0], '"contact","state","parked"');
  assert.deepEqual(lines.slice(1).map((line) => line.split('"')[1]).sort(), all);
  await page.getByRole("button", { name: "Lock" }).click();
  await page.context().close();
});

await test("a sync shows its size over time, read by pointer and by keys", async () => {
  const page = await open();
  await go(page, "");
  await page.getByRole("link", { name: "active users", exact: true }).click();
  const chart = page.getByRole("img", { name: /Size of the list/ });
  await chart.waitFor();
  assert.match(await chart.getAttribute("aria-label"), /from 10 to 25 members over 4 runs/);
  await page.mouse.move(0, 0);
  await chart.focus();
  await page.keyboard.press("Home");
  assert.match(await text(page, "figcaption"), /10 members after run 1/);
  await page.keyboard.press("ArrowRight");
  assert.match(await text(page, "figcaption"), /13 members/);
  await page.setViewportSize({ width: 1100, height: 860 });
  await page.waitForTimeout(400);
  assert.match(await text(page, "figcaption"), /13 members/, "drawn anew, it is still what was chosen");
  await shot(page, "detail");
  await page.locator("figcaption a").click();
  await page.getByRole("heading", { name: /Run 2/ }).waitFor();
  await shot(page, "run");
  await page.context().close();
});

await test("identifiers are masked until the token is given", async () => {
  const page = await open();
  await go(page, "");
  await rowOf(page, env.DASHBOARD_HOSTILE).getByRole("link", { name: "2", exact: true }).click();
  await page.getByText("h***@e***.com").first().waitFor();
  assert.doesNotMatch(await text(page), /h003@example\.com/);
  await shot(page, "parked");
  await page.getByLabel("Whole identifiers").click();
  await page.getByLabel("Token", { exact: true }).fill("wrong");
  await page.locator("dialog").getByRole("button", { name: "Unlock" }).click();
  await page.getByText("The daemon does not know that token").waitFor();
  assert.equal(await page.getByLabel("Whole identifiers").isChecked(), false);
  await page.getByText("h***@e***.com").first().waitFor();
  await page.getByLabel("Whole identifiers").click();
  await page.getByLabel("Token", { exact: true }).fill(env.DASHBOARD_TOKEN);
  await page.locator("dialog").getByRole("button", { name: "Unlock" }).click();
  await page.getByText("h003@example.com").first().waitFor();
  await page.getByLabel("Search").fill("h007");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
  const csv = await (await import("node:fs/promises")).readFile(await download.path(), "utf8");
  assert.match(csv, /^"contact","operation","parked","reason","attempts","updated_at"\n"h007@example\.com","add","refused",/);
  await page.getByRole("button", { name: "Lock" }).click();
  await page.getByText("h***@e***.com").first().waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem("token")), null);
  await page.context().close();
});

await test("calls show what was sent and answered, and stay open", async () => {
  const page = await open();
  await go(page, "");
  await page.getByRole("link", { name: env.DASHBOARD_HOSTILE, exact: true }).click();
  await page.getByRole("link", { name: "last calls" }).click();
  await page.locator("details").first().waitFor();
  assert.doesNotMatch(await page.content(), /h0\d\d@example/);
  await page.locator("tr", { hasText: "422" }).first().locator("summary").click();
  await page.getByText("Address not exists").first().waitFor();
  await page.waitForTimeout(2500);
  assert.equal(await page.locator("details[open]").count(), 1);
  await shot(page, "calls");
  await page.context().close();
});

await test("runs are listed, also of one cohort, and a failed one says why", async () => {
  const page = await open();
  await go(page, "#/runs");
  assert.ok(await page.locator("tbody tr").count() >= 9);
  await go(page, "#/runs?cohort=9apg8e8f");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 4);
  await go(page, "");
  await page.getByRole("link", { name: "gone", exact: true }).click();
  await page.locator(".notice.bad").waitFor();
  assert.match(await text(page, ".notice.bad"), /failed/);
  await page.context().close();
});

await test("empty places say what they are for", async () => {
  const page = await open();
  await go(page, "");
  await page.getByRole("link", { name: "pushed people", exact: true }).click();
  await page.getByText("Never synced").waitFor();
  await go(page, "#/actions");
  await page.getByText("Nothing was asked for yet").waitFor();
  await go(page, "#/b/1/parked");
  await page.getByText("Nothing is parked").waitFor();
  await go(page, "#/b/1/hold");
  await page.getByText("Nothing is held").waitFor();
  await go(page, "#/b/1/pending");
  await page.getByText("Nothing is pending").waitFor();
  await go(page, "#/run/7/rows");
  await page.getByText("This run changed nothing").waitFor();
  await go(page, "#/b/1/waiting");
  await page.getByText("Nothing waits").waitFor();
  await go(page, "#/b/999");
  await page.getByText("There is nothing here").waitFor();
  await go(page, "#/no/such/page");
  await page.getByText("There is nothing here").waitFor();
  await page.route("**/v1/status", (route) => route.fulfill({ json: { syncs: [], health: [] } }));
  await page.goto("about:blank");
  await go(page, "");
  await page.getByText("Nothing is configured yet").waitFor();
  problems.length = 0; // about:blank is foreign.
  await page.context().close();
});

await test("the keyboard reaches everything, with the focus seen", async () => {
  const page = await open();
  await go(page, "");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  for (let i = 0; i < 40; i += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return document.activeElement === document.body || style.outlineStyle !== "none";
    });
    assert.ok(seen, "no focus ring at stop " + i);
    if (await page.evaluate(() => document.activeElement.textContent === "active users")) break;
  }
  await page.waitForTimeout(2500);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "active users", "polling keeps the focus");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /active users/ }).waitFor();
  await page.context().close();
});

for (const [name, options] of [["phone", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }], ["dark", { colorScheme: "dark" }], ["phone-dark", { viewport: { width: 360, height: 740 }, colorScheme: "dark", reducedMotion: "reduce" }]]) {
  await test("every view fits: " + name, async () => {
    const page = await open(options);
    for (const [view, hash] of [["overview", ""], ["detail", "#/b/2"], ["parked", "#/b/3/parked"], ["calls", "#/b/3/calls"], ["members", "#/b/2/members"], ["operations", "#/run/6/rows"], ["hold", "#/b/2/hold"], ["runs", "#/runs"], ["run", "#/run/1"]]) {
      await go(page, hash);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, view + " is " + wide + " px too wide");
      await shot(page, name + "-" + view);
    }
    await page.context().close();
  });
}

// ---- Actions: the real daemon's, seen at the stand-ins and on the page ----
async function giveToken(page, token) {
  await page.getByLabel("Token", { exact: true }).fill(token);
  await page.locator("dialog").getByRole("button", { name: "Unlock" }).click();
}
const fact = (page, name) => page.locator(".facts div", { has: page.locator("dt", { hasText: new RegExp("^" + name + "$") }) }).locator("dd");
async function openSync(page, name) {
  await go(page, "");
  await rowOf(page, name).getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: new RegExp("^" + name.slice(0, 8).replace(/[^\w ]/g, ".")) }).waitFor();
}

await test("without the token nothing is asked for, and a wrong one is refused and said", async () => {
  const page = await open();
  const before = await onList("9apg8e8f");
  await control("POST", "/cohorts/9apg8e8f/enter", { emails: ["action1@example.com", "action2@example.com"] });
  const asked = [];
  page.on("request", (request) => { if (request.method() === "POST") asked.push(request.url()); });
  await openSync(page, "active users");
  await page.getByRole("button", { name: "Sync now" }).click();
  await page.locator("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  assert.deepEqual(asked, []);
  await page.getByRole("button", { name: "Sync now" }).click();
  await giveToken(page, "wrong");
  await page.getByText("Sync of active users: The daemon does not know that token.").waitFor();
  assert.equal(asked.length, 1);
  const answer = await page.evaluate(async () => {
    const response = await fetch("/v1/actions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ action: "sync", cohort: "9apg8e8f" }) });
    return [response.status, await response.json()];
  });
  assert.deepEqual(answer, [401, { error: "this needs the token; 'cohort-sync dashboard token' prints it" }]);
  await go(page, "#/actions");
  await page.getByText("Nothing was asked for yet").waitFor();
  assert.deepEqual(await onList("9apg8e8f"), before);
  await page.context().close();
});

await test("sync now brings the list to what the cohort is", async () => {
  const page = await open();
  await openSync(page, "active users");
  await page.getByRole("button", { name: "Sync now" }).click();
  await giveToken(page, env.DASHBOARD_TOKEN);
  await page.getByText(/^Sync of active users: done/).waitFor();
  await fact(page, "Members").getByText(String((await onList("9apg8e8f")).length)).first().waitFor();
  for (const contact of ["action1@example.com", "action2@example.com"]) assert.ok((await onList("9apg8e8f")).includes(contact));
  await page.getByText("Added").first().waitFor();
  await page.context().close();
});

await test("what is pending is seen while it is being sent", async () => {
  const page = await open();
  const fresh = Array.from({ length: 150 }, (_, i) => "slow" + i + "@example.com");
  await control("POST", "/cohorts/9apg8e8f/enter", { emails: fresh });
  await control("PUT", "/switches", { "cordial.latency_ms": 3000 });
  await openSync(page, "active users");
  await unlock(page);
  await page.getByRole("button", { name: "Sync now" }).click();
  await fact(page, "Pending").getByRole("link").click();
  await page.getByRole("heading", { name: "Pending", exact: true }).waitFor();
  await page.getByText("being sent").first().waitFor();
  await page.getByText("to be sent").first().waitFor();
  await shot(page, "pending");
  await page.getByLabel("Search").fill("slow149@example.com");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await control("PUT", "/switches", { "cordial.latency_ms": 0 });
  await page.getByText("Nothing fits").waitFor({ timeout: 30000 });
  await page.getByLabel("Search").fill("");
  await page.getByText("Nothing is pending").waitFor({ timeout: 30000 });
  assert.ok((await onList("9apg8e8f")).includes("slow149@example.com"));
  await page.context().close();
});

await test("a paused sync sends nothing until it is resumed", async () => {
  const page = await open();
  await openSync(page, "active users");
  await unlock(page);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText(/^Paused since/).waitFor();
  assert.equal(await page.getByRole("button", { name: "Sync now" }).count(), 0);
  await control("POST", "/cohorts/9apg8e8f/enter", { emails: ["later@example.com"] });
  // As a page that has not heard of it yet would ask.
  const forced = await page.evaluate(async (token) => (await fetch("/v1/actions", { method: "POST", headers: { "Content-Type": "application/json", Authorization: "Bearer " + token }, body: JSON.stringify({ action: "sync", cohort: "9apg8e8f" }) })).json(), env.DASHBOARD_TOKEN);
  await page.waitForFunction(async (id) => (await (await fetch("/v1/actions")).json()).actions.find((a) => a.id === id).ended_at, forced.id);
  assert.ok(!(await onList("9apg8e8f")).includes("later@example.com"));
  await shot(page, "paused");
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Sync now" }).click();
  await page.getByText(/^Sync of active users: done/).waitFor();
  assert.ok((await onList("9apg8e8f")).includes("later@example.com"));
  await page.context().close();
});

await test("a retry sends what was refused once Cordial takes it", async () => {
  const page = await open();
  await control("PUT", "/switches", { "cordial.refuse_contacts": [] });
  await openSync(page, env.DASHBOARD_HOSTILE);
  await unlock(page);
  assert.ok(!(await onList("hostile")).includes("h003@example.com"));
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByText(/^Retry of .*: done/).waitFor();
  await fact(page, "Parked").getByText("0", { exact: true }).waitFor();
  for (const contact of ["h003@example.com", "h007@example.com"]) assert.ok((await onList("hostile")).includes(contact));
  assert.equal(await page.getByRole("button", { name: "Retry" }).count(), 0);
  await page.context().close();
});

await test("an approval needs the typed number and takes the removals off the list", async () => {
  const page = await open();
  const before = (await onList("7khm89cz")).length;
  await openSync(page, "big spenders");
  await unlock(page);
  await page.getByRole("button", { name: "Approve …" }).click();
  await page.getByLabel(/Type the number/).fill("90");
  await page.getByRole("button", { name: "Approve 900 removals" }).click();
  await page.getByText("That is not 900.").waitFor();
  await shot(page, "approve");
  assert.equal((await onList("7khm89cz")).length, before);
  await page.getByLabel(/Type the number/).fill("900");
  await page.getByRole("button", { name: "Approve 900 removals" }).click();
  await page.getByText(/^Approve run \d+: done/).waitFor({ timeout: 30000 });
  assert.equal((await onList("7khm89cz")).length, before - 900);
  await fact(page, "Held").getByText("nothing waits for you").waitFor();
  await fact(page, "Members").getByText(String(before - 900)).waitFor();
  await page.context().close();
});

await test("a discarded hold sends nothing", async () => {
  const page = await open();
  await openSync(page, "keepers");
  await unlock(page);
  await page.getByText(/40 removals/).first().waitFor();
  await page.getByRole("button", { name: "Discard …" }).click();
  await page.getByRole("button", { name: "Discard", exact: true }).click();
  await fact(page, "Held").getByText("nothing waits for you").waitFor();
  assert.equal((await onList("keepers")).length, 60);
  await page.context().close();
});

await test("the page of actions has each with what became of it", async () => {
  const page = await open();
  await go(page, "#/actions");
  const rows = await page.locator("tbody th").allInnerTexts();
  assert.deepEqual(rows.map((row) => row.split(" ")[0]), ["discard", "approve", "retry", "sync", "resume", "sync", "pause", "sync", "sync"]);
  const states = await page.locator('tbody td[data-label="State"]').allInnerTexts();
  assert.equal(states.filter((state) => state === "done").length, rows.length - 1);
  assert.match(states[5], /^ended with/, "the sync of a paused cohort");
  await shot(page, "actions");
  await page.context().close();
});

await test("200 syncs are there at once", async () => {
  const page = await open();
  const status = await (await fetch(url + "/v1/status")).json();
  const one = status.syncs.find((s) => s.cohort === "9apg8e8f");
  status.syncs = [...status.syncs, ...Array.from({ length: 200 }, (_, i) => ({ ...one, cohort: "c" + i, name: "cohort number " + i, binding: 1000 + i }))];
  await page.route("**/v1/status", (route) => route.fulfill({ json: status }));
  await go(page, "");
  assert.equal(await page.locator("tbody tr").count(), 207);
  await shot(page, "many");
  await page.context().close();
});

await test("the page says when the daemon is away and goes on when it is back", async () => {
  const page = await open();
  await go(page, "");
  await tell("stop");
  await page.getByText(/Connection lost since/).waitFor();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  assert.match(await text(page), /big spenders/);
  await shot(page, "away");
  await tell("serve");
  await page.getByText(/Connection lost since/).waitFor({ state: "hidden" });
  await page.context().close();
});

await browser.close();
console.log("page: " + passed + " tests passed" + (failed ? ", " + failed + " failed" : ""));
process.exit(failed ? 1 : 0);

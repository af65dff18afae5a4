// The dashboard's page. Everything that comes from the daemon is set as text, never as markup.
"use strict";

// ---- Elements ----
const byId = (id) => document.getElementById(id);

function fill(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function set(node, props) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "value" || name === "checked" || name === "disabled" || name === "open") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

const el = (tag, props, ...children) => fill(set(document.createElement(tag), props), children);
const svg = (tag, props, ...children) => fill(set(document.createElementNS("http://www.w3.org/2000/svg", tag), props), children);
const link = (href, ...children) => el("a", { href, data: { key: href } }, ...children);
const button = (label, act, kind) => el("button", { type: "button", class: kind, onclick: act, data: { key: "button " + label } }, label);
const chip = (kind, text) => el("span", { class: "chip " + kind }, text);

// ---- Words ----
const numbers = new Intl.NumberFormat();
const num = (value) => numbers.format(value);
const plural = (count, one, many) => num(count) + " " + (count === 1 ? one : many || one + "s");
const dayAndTime = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const clockTime = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dayOnly = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return s + " s";
  if (s < 3600) return Math.floor(s / 60) + " min" + (s < 600 && s % 60 ? " " + (s % 60) + " s" : "");
  if (s < 86400) return Math.floor(s / 3600) + " h" + (s < 36000 && Math.floor(s / 60) % 60 ? " " + (Math.floor(s / 60) % 60) + " min" : "");
  return Math.floor(s / 86400) + " d" + (Math.floor(s / 3600) % 24 ? " " + (Math.floor(s / 3600) % 24) + " h" : "");
}

function relative(iso) {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  if (Math.abs(seconds) < 2) return "just now";
  return seconds < 0 ? "in " + duration(-seconds) : duration(seconds) + " ago";
}

// In the reader's zone; UTC in the title.
const at = (iso) => iso ? el("time", { datetime: iso, title: iso + " (UTC)" }, dayAndTime.format(new Date(iso))) : el("span", { class: "none" }, "–");
const ago = (iso) => iso ? el("time", { datetime: iso, title: whole.format(new Date(iso)) + "\n" + iso + " (UTC)", data: { ago: "" } }, relative(iso)) : el("span", { class: "none" }, "–");

const reasons = {
  refused: ["refused by Cordial", "A definite no. It waits for your retry."],
  exhausted: ["out of attempts", "Tried again with the next run."],
  unknown_contact: ["not in Cordial", "Tried again once a day."],
};
const limits = {
  none: () => "what is left waits for its own time",
  concurrency: (l) => num(l.calls) + " calls at once",
  configured_rate: (l) => num(l.per_second) + " calls a second, as configured",
  found_rate: (l) => num(Math.round(l.per_second)) + " calls a second, as Cordial was seen to allow",
  growing_rate: (l) => num(Math.round(l.per_second)) + " calls a second, growing",
  asked_to_wait: () => "Cordial asked to wait",
  away: (l) => "no answers from Cordial" + (l.reason ? ": " + l.reason : ""),
};
const runKinds = { succeeded: "good", delivering: "busy", parked: "warn", held: "warn", failed: "bad", interrupted: "idle" };
const runChip = (state) => chip(runKinds[state] || "idle", state);

const parkedOf = (sync) => sync.synced ? sync.parked.refused + sync.parked.exhausted + sync.parked.unknown_contact : 0;
const nameOf = (sync) => sync.name || sync.cohort;
const heldText = (hold) => [hold.removals ? plural(hold.removals, "removal") : null, hold.adds ? plural(hold.adds, "add") : null].filter(Boolean).join(" and ");

// What a person should know of a sync first. Low ranks come first.
function conditionOf(sync) {
  const last = sync.last_run || null;
  if (!sync.configured) return { rank: 7, group: "quiet", kind: "idle", text: "not configured", why: "Its rows are kept, nothing is sent." };
  if (sync.paused_at) return { rank: 6, group: "paused", kind: "idle", text: "paused", why: null };
  if (sync.stopped_reason) return { rank: 0, group: "trouble", kind: "bad", text: "stopped", why: sync.stopped_reason };
  if (sync.last_failure) return { rank: 1, group: "trouble", kind: "bad", text: "failed", why: sync.last_failure.error };
  if (last && last.state === "failed") return { rank: 1, group: "trouble", kind: "bad", text: "failed", why: last.error };
  if (sync.delivery && sync.delivery.limit.kind === "away") return { rank: 1, group: "trouble", kind: "bad", text: "Cordial is away", why: sync.delivery.limit.reason };
  if (sync.hold) return { rank: 2, group: "held", kind: "warn", text: "held", why: heldText(sync.hold) + (sync.hold.removals + sync.hold.adds === 1 ? " waits" : " wait") + " for your word." };
  if (sync.push && sync.push.needs_reconcile) return { rank: 3, group: "trouble", kind: "warn", text: "needs a reconcile", why: sync.push.needs_reconcile.reason };
  if (sync.delivery) return { rank: 5, group: "busy", kind: "busy", text: "delivering", why: null };
  if (parkedOf(sync)) return { rank: 4, group: "parked", kind: "warn", text: "some parked", why: null };
  if (sync.synced && sync.pending) return { rank: 5, group: "busy", kind: "busy", text: "pending", why: null };
  if (!sync.synced) return { rank: 5, group: "quiet", kind: "idle", text: "not synced yet", why: sync.due ? "The first run is due." : null };
  return { rank: 8, group: "good", kind: "good", text: "in sync", why: null };
}

function nextOf(sync) {
  if (sync.paused_at) return el("span", { class: "none" }, "paused");
  if (sync.due) return "due now";
  if (sync.next_run) return ago(sync.next_run);
  if (sync.push) return el("span", { class: "none" }, "when pushed");
  return el("span", { class: "none" }, "–");
}

// ---- Talking to the daemon ----
const known = new Map(); // Path -> {etag, data}; what has not changed is not sent again.
let token = sessionStorage.getItem("token");
let reveal = false;

class Refused extends Error {
  constructor(status, text) { super(text); this.status = status; }
}

async function ask(path, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = "Bearer " + token;
  const response = await fetch(path, { ...options, headers, cache: "no-store", credentials: "omit" });
  if (response.ok || response.status === 304) return response;
  const body = await response.json().catch(() => ({}));
  const refused = new Refused(response.status, body.error || "The daemon answered " + response.status + ".");
  if (response.status === 401 && headers.Authorization) {
    keepToken(null);
    refused.message = "The daemon does not know that token.";
    refused.forgotten = true;
  }
  throw refused;
}

async function get(path) {
  const before = known.get(path);
  const response = await ask(path, { headers: before ? { "If-None-Match": before.etag } : {} });
  if (response.status === 304) return before.data;
  const data = await response.json();
  if (known.size > 50) known.clear();
  known.set(path, { etag: response.headers.get("ETag"), data });
  return data;
}

function keepToken(value) {
  token = value;
  if (value) sessionStorage.setItem("token", value);
  else { sessionStorage.removeItem("token"); reveal = false; }
  if (!value && byId("reveal")) byId("reveal").checked = false;
  byId("token-button").textContent = value ? "Lock" : "Unlock";
  byId("token-button").title = value ? "Forget the token in this tab" : "Give the token, to act and to see whole identifiers";
}

// ---- Dialogs ----
// Resolves to the form's values, or null when it was left.
function dialog(title, body, confirm, kind, check) {
  const box = byId("dialog");
  return new Promise((resolve) => {
    let result = null;
    const error = el("p", { class: "error", role: "alert", hidden: true });
    const form = el("form", { method: "dialog" },
      el("h2", { id: "dialog-title" }, title), body, error,
      el("div", { class: "bar" }, button("Cancel", () => box.close()), el("button", { type: "submit", class: kind || "main" }, confirm)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(form));
      const objection = check && check(values);
      if (objection) {
        error.textContent = objection;
        error.hidden = false;
        return;
      }
      result = values;
      box.close();
    });
    box.replaceChildren(form);
    box.addEventListener("close", () => resolve(result), { once: true });
    box.showModal();
    (form.querySelector("input") || form.querySelector("button[type=submit]")).focus();
  });
}

async function askToken(why) {
  if (token) return true;
  const values = await dialog("The token", [
    el("p", {}, why || "It lets you act here and see whole identifiers. It stays in this tab until you close it."),
    el("p", { class: "hint" }, "On the daemon’s machine, ", el("code", {}, "cohort-sync dashboard token"), " prints it."),
    el("label", { for: "token-input" }, "Token"),
    el("input", { id: "token-input", name: "token", type: "password", autocomplete: "off", spellcheck: "false" }),
  ], "Unlock", "main", (v) => v.token.trim() ? null : "Paste the token.");
  if (!values) return false;
  keepToken(values.token.trim());
  return true;
}

let toastTimer = 0;
function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, Math.min(12000, 4000 + text.length * 40));
}

// ---- Actions ----
const underWay = new Map(); // Number of an action -> what to call it.

async function act(request, label) {
  if (!await askToken()) return;
  try {
    const response = await ask("/v1/actions", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request),
    });
    const entry = await response.json();
    if (entry.ended_at) toast(entry.text || label + ": done");
    else {
      underWay.set(entry.id, label);
      toast(label + ": under way");
    }
  } catch (error) {
    toast(error instanceof Refused ? label + ": " + error.message : label + ": no connection to the daemon");
  }
  poll();
}

async function seeActionsEnd() {
  if (underWay.size === 0) return;
  const { actions } = await get("/v1/actions");
  for (const entry of actions) {
    if (!entry.ended_at || !underWay.has(entry.id)) continue;
    toast(underWay.get(entry.id) + (entry.exit_code ? ": ended with " + entry.exit_code : ": done") + (entry.text ? " — " + entry.text.split("\n")[0] : ""));
    underWay.delete(entry.id);
  }
}

async function approve(sync, hold) {
  const total = hold.removals + hold.adds;
  const what = heldText(hold);
  const values = await dialog("Approve run " + hold.run, [
    el("p", {}, "This lets ", el("strong", {}, what), " through to list ", el("strong", {}, sync.list), ", which has ", plural(sync.desired, "member"), " now."),
    el("label", { for: "approve-number" }, "Type the number ", el("strong", {}, String(total)), " to say that you mean it"),
    el("input", { id: "approve-number", name: "number", inputmode: "numeric", autocomplete: "off" }),
  ], "Approve " + what, "danger", (v) => v.number.replace(/[\s.,’']/g, "") === String(total) ? null : "That is not " + total + ".");
  if (values) await act({ action: "approve", run: hold.run }, "Approve run " + hold.run);
}

async function discard(hold) {
  const values = await dialog("Discard the hold of run " + hold.run, [
    el("p", {}, heldText(hold), " will not be sent. The next snapshot is judged afresh."),
  ], "Discard");
  if (values) await act({ action: "discard", run: hold.run }, "Discard run " + hold.run);
}

// ---- Parts of pages ----
function table(label, heads, rows, stack) {
  return el("div", { class: "table" }, el("table", { class: stack ? "stack" : null, "aria-label": label },
    el("thead", {}, el("tr", {}, heads.map((h) => el("th", { scope: "col", class: h.number ? "number" : null }, h.text || h)))),
    el("tbody", {}, rows)));
}
const cell = (label, content, kind) => el("td", { class: kind, data: label ? { label } : {} }, content);
const empty = (title, ...more) => el("div", { class: "card empty" }, el("strong", {}, title), ...more);
const count = (href, value) => value ? el("a", { class: "count", href, data: { key: href } }, num(value)) : el("span", { class: "none" }, "0");

// On a phone what is nothing is left out.
const countCell = (label, href, value) => cell(label, count(href, value), "number" + (value ? "" : " zero"));
const rowsOf = (run, query) => "#/run/" + run.run + "/rows?" + query;

function runRows(runs) {
  return runs.map((run) => el("tr", {},
    el("th", { scope: "row" }, link("#/run/" + run.run, "Run " + run.run), el("span", { class: "under" }, run.cohort_name || run.cohort)),
    cell("State", [runChip(run.state), run.error ? el("span", { class: "why" }, run.error) : null], run.error ? "wide" : null),
    cell("Trigger", run.trigger),
    countCell("Added", rowsOf(run, "kind=add"), run.counts.added),
    countCell("Removed", rowsOf(run, "kind=remove"), run.counts.removed),
    countCell("Held", "#/run/" + run.run, run.counts.held_removals + run.counts.held_adds),
    countCell("Parked", rowsOf(run, "state=parked"), run.delivery.refused + run.delivery.exhausted),
    cell("Started", ago(run.started_at), "when")));
}
const runHeads = ["Run", "State", "Trigger", { text: "Added", number: true }, { text: "Removed", number: true }, { text: "Held", number: true }, { text: "Parked", number: true }, "Started"];
const runTable = (runs) => table("Runs", runHeads, runRows(runs), true);

function progressOf(delivery) {
  const bar = el("i");
  bar.style.width = (delivery.total ? Math.min(100, delivery.done / delivery.total * 100) : 0) + "%";
  return [
    el("div", { class: "progress", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": delivery.total, "aria-valuenow": delivery.done, "aria-label": "Delivery" }, bar),
    el("p", { class: "hint" }, num(delivery.done), " of ", num(delivery.total), " operations, ", num(Math.round(delivery.per_second * 10) / 10), " a second",
      delivery.seconds_left === null ? "" : ", " + duration(delivery.seconds_left) + " left",
      delivery.limit.kind === "none" ? "" : "; limit: " + limits[delivery.limit.kind](delivery.limit),
      delivery.limit.until ? [" until ", at(delivery.limit.until)] : ""),
  ];
}

// Sizes over time, as steps. Pointer and arrow keys read single points; `memory` has the one that
// was read last, so that drawing anew keeps it.
function chart(sizes, now, memory) {
  const points = sizes.map((s) => ({ time: Date.parse(s.at), members: s.members, run: s.run }));
  if (points.length === 0) return empty("No size yet", "The first run that reads the cohort makes the first point.");
  const W = Math.max(320, byId("main").clientWidth - 40), H = 220, L = 56, R = 14, T = 14, B = 26;
  const last = points[points.length - 1];
  const t0 = points[0].time, t1 = Math.max(now, last.time, t0 + 60000);
  let low = Math.min(...points.map((p) => p.members)), high = Math.max(...points.map((p) => p.members));
  const room = Math.max(2, Math.ceil(high === low ? high * 0.1 : (high - low) * 0.15));
  low = Math.max(0, low - room); high += room;
  const x = (t) => L + (t - t0) / (t1 - t0) * (W - L - R);
  const y = (m) => H - B - (m - low) / (high - low) * (H - T - B);
  const path = points.map((p, i) => i === 0 ? "M" + x(p.time) + " " + y(p.members) : "H" + x(p.time) + "V" + y(p.members)).join("") + "H" + x(t1);
  const caption = el("figcaption", { "aria-live": "polite" });
  const mark = svg("line", { class: "mark", y1: T, y2: H - B, visibility: "hidden" });
  const dot = svg("circle", { class: "dot", r: 4, cx: x(last.time), cy: y(last.members) });
  const remembered = points.findIndex((p) => p.run === memory.run);
  let chosen = remembered === -1 ? points.length - 1 : remembered;
  const choose = (index, by) => {
    chosen = Math.max(0, Math.min(points.length - 1, index));
    const p = points[chosen];
    if (by) memory.run = p.run;
    dot.setAttribute("cx", x(p.time)); dot.setAttribute("cy", y(p.members));
    mark.setAttribute("x1", x(p.time)); mark.setAttribute("x2", x(p.time));
    mark.setAttribute("visibility", by ? "visible" : "hidden");
    caption.replaceChildren(plural(p.members, "member") + " after ", link("#/run/" + p.run, "run " + p.run), ", ", at(new Date(p.time).toISOString()));
  };
  const lines = [0, 1, 2, 3].map((i) => Math.round(low + (high - low) * i / 3)).filter((v, i, all) => all.indexOf(v) === i);
  const ticks = W < 500 ? 2 : 4;
  const tick = t1 - t0 < 600000 ? clockTime : t1 - t0 > 4 * 86400000 ? dayOnly : dayAndTime;
  const picture = svg("svg", {
    viewBox: "0 0 " + W + " " + H, preserveAspectRatio: "none", role: "img", tabindex: 0, "data-key": "chart",
    "aria-label": "Size of the list, from " + num(points[0].members) + " to " + num(last.members) + " members over " + plural(points.length, "run") + ". Arrow keys go from run to run.",
  },
  lines.map((v) => [svg("line", { class: "grid", x1: L, x2: W - R, y1: y(v), y2: y(v) }), svg("text", { class: "axis", x: L - 8, y: y(v) + 4, "text-anchor": "end" }, num(v))]),
  Array.from({ length: ticks + 1 }, (_, i) => svg("text", { class: "axis", x: L + (W - L - R) * i / ticks, y: H - 8, "text-anchor": i === 0 ? "start" : i === ticks ? "end" : "middle" }, tick.format(new Date(t0 + (t1 - t0) * i / ticks)))),
  svg("path", { class: "area", d: path + "V" + (H - B) + "H" + x(t0) + "Z" }), svg("path", { class: "curve", d: path }), mark, dot);
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const t = t0 + ((event.clientX - box.left) / box.width * W - L) / (W - L - R) * (t1 - t0);
    let index = points.findIndex((p) => p.time > t);
    choose(index === -1 ? points.length - 1 : index - 1, true);
  });

  picture.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -points.length, End: points.length }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(chosen + step, true);
  });
  choose(chosen, remembered !== -1);
  return el("figure", { class: "card chart" }, picture, caption);
}

function healthCard(side) {
  const title = side.side === "amplitude" ? "Amplitude project " : "Cordial account ";
  const never = !side.last_good && !side.last_failed;
  const parts = [
    el("div", { class: "name" }, el("span", {}, title, el("span", { class: "mono" }, side.name)),
      never ? chip("idle", "not asked yet") : !side.failing ? chip("good", "answers") : chip(side.last_good ? "warn" : "bad", side.side === "amplitude" ? "last read failed" : "last call failed")),
  ];
  if (side.last_good) parts.push(el("p", {}, side.side === "amplitude" ? "last snapshot " : "last answer ", ago(side.last_good)));
  if (side.failing) parts.push(el("p", {}, "failed ", ago(side.last_failed), side.reason ? ": " + side.reason : ""));
  if (side.budget) parts.push(budgetOf(side.budget));
  return el("li", { class: "card" }, parts);
}

function budgetOf(budget) {
  const bar = el("i");
  bar.style.width = Math.min(100, budget.granted ? budget.spent / budget.granted * 100 : 0) + "%";
  return [
    el("p", {}, num(budget.spent), " of ", num(budget.granted), " exports used this month, ", num(budget.planned), " more by the schedules",
      budget.runs_out_at ? [": they run out on ", at(budget.runs_out_at)] : "",
      budget.refused_at ? [". Amplitude refuses more until ", at(budget.resets_at)] : ""),
    el("div", { class: "meter" }, bar),
  ];
}

// ---- Pages: load() gives the data, draw(data) the content ----
const filters = { text: "", group: "all", sort: "trouble" };
const groups = [["all", "all"], ["trouble", "in trouble"], ["held", "held"], ["parked", "some parked"], ["busy", "under way"], ["paused", "paused"], ["good", "in sync"]];

const overview = {
  page: "overview", title: "Overview",
  load: () => get("/v1/status"),
  shell: () => [
    el("h1", {}, "Overview"),
    el("div", { id: "tally" }),
    el("div", { class: "bar" },
      el("input", { type: "search", class: "grow", id: "filter", placeholder: "Filter by cohort, list or id", "aria-label": "Filter", value: filters.text, oninput: (e) => { filters.text = e.target.value; redraw(); } }),
      el("label", {}, "Sort", el("select", { onchange: (e) => { filters.sort = e.target.value; redraw(); } },
        [["trouble", "trouble first"], ["name", "name"], ["members", "members"], ["last", "last run"]].map(([v, t]) => set(el("option", { value: v }, t), filters.sort === v ? { selected: true } : {}))))),
  ],
  draw(status) {
    const all = status.syncs.map((sync) => ({ sync, state: conditionOf(sync) }));
    const of = (group) => all.filter((s) => group === "all" || s.state.group === group || (group === "parked" && parkedOf(s.sync))).length;
    byId("tally").replaceChildren(el("ul", { class: "tally" }, groups.filter(([g]) => g === "all" || of(g)).map(([group, text]) =>
      el("li", {}, el("button", { type: "button", "aria-pressed": String(filters.group === group), data: { key: "tally " + group }, onclick: () => { filters.group = group; redraw(); } }, el("b", {}, num(of(group))), text)))));
    const health = status.health.length ? el("section", { "aria-label": "Health" }, el("h2", {}, "Both sides"), el("ul", { class: "health" }, status.health.map(healthCard))) : null;
    if (all.length === 0) return [empty("Nothing is configured yet", "Add a sync to the configuration: ", el("code", {}, "cohort-sync init"), " writes one, ", el("code", {}, "cohort-sync check"), " looks it over."), health];
    const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = all.filter(({ sync, state }) => (filters.group === "all" || state.group === filters.group || (filters.group === "parked" && parkedOf(sync))) &&
      words.every((w) => [sync.name, sync.cohort, sync.list, sync.destination].some((t) => t && t.toLowerCase().includes(w))));
    const lastOf = (s) => s.last_run ? Date.parse(s.last_run.started_at) : 0;
    const order = {
      trouble: (a, b) => a.state.rank - b.state.rank || nameOf(a.sync).localeCompare(nameOf(b.sync)),
      name: (a, b) => nameOf(a.sync).localeCompare(nameOf(b.sync)),
      members: (a, b) => (b.sync.desired || 0) - (a.sync.desired || 0),
      last: (a, b) => lastOf(b.sync) - lastOf(a.sync),
    }[filters.sort];
    shown.sort(order);
    const first = all.every((s) => !s.sync.synced) ? el("div", { class: "notice idle" }, "No sync yet. The schedule begins the first one when it is due; ", el("code", {}, "cohort-sync plan"), " shows what it would do.") : null;
    if (shown.length === 0) return [empty("Nothing fits", "No sync is called that, or is in that state. ", button("Show all", () => { filters.text = ""; filters.group = "all"; byId("filter").value = ""; redraw(); })), health];
    return [first, table("Syncs", ["Cohort → list", "State", { text: "Members", number: true }, { text: "Pending", number: true }, { text: "Parked", number: true }, { text: "Held", number: true }, "Last run", "Next run"], shown.map(overviewRow), true), health];
  },
};

function overviewRow({ sync, state }) {
  const home = sync.binding ? "#/b/" + sync.binding : "#/c/" + encodeURIComponent(sync.cohort);
  const synced = sync.synced;
  const none = () => el("span", { class: "none" }, "–");
  // On a phone what is nothing is left out.
  const quantity = (label, value, to) => cell(label, !synced ? none() : to ? count(to, value) : link(home, num(value)), "number" + (synced && (value || !to) ? "" : " zero"));
  return el("tr", {},
    el("th", { scope: "row" }, link(home, nameOf(sync)), el("span", { class: "under" }, sync.list ? "→ " + sync.list : "no list yet", sync.name ? " · " + sync.cohort : "")),
    cell("State", [chip(state.kind, state.text), state.why ? el("span", { class: "why" }, state.why) : null, sync.delivery && sync.delivery.seconds_left !== null ? el("span", { class: "under" }, duration(sync.delivery.seconds_left) + " left") : null], state.why ? "wide" : null),
    quantity("Members", sync.desired, home + "/members"),
    quantity("Pending", sync.pending, home + "/pending"),
    quantity("Parked", parkedOf(sync), home + "/parked"),
    quantity("Held", sync.hold ? sync.hold.removals + sync.hold.adds : 0, home + "/hold"),
    cell("Last run", sync.last_run ? link("#/run/" + sync.last_run.run, ago(sync.last_run.started_at)) : sync.last_failure ? link("#/run/" + sync.last_failure.run, ago(sync.last_failure.started_at)) : none(), "when"),
    cell("Next run", nextOf(sync), "when"));
}

async function syncOf(binding) {
  const status = await get("/v1/status");
  const sync = status.syncs.find((s) => s.binding === binding);
  if (!sync) throw new Refused(404, "There is no binding " + binding + ".");
  return sync;
}

const crumbs = (sync, ...more) => el("nav", { class: "crumbs", "aria-label": "Where this is" }, link("#/", "Overview"), " / ", more.length ? [link("#/b/" + sync.binding, nameOf(sync)), " / ", more] : nameOf(sync));

function actionsOf(sync) {
  if (!sync.configured) return null;
  const who = { cohort: sync.cohort };
  const name = nameOf(sync);
  return el("div", { class: "bar" },
    sync.paused_at ? null : button("Sync now", () => act({ action: "sync", ...who }, "Sync of " + name), "main"),
    sync.synced && (parkedOf(sync) || sync.stopped_reason) ? button("Retry", () => act({ action: "retry", ...who }, "Retry of " + name)) : null,
    !sync.synced ? null : sync.paused_at ? button("Resume", () => act({ action: "resume", ...who }, "Resume " + name), "main") : button("Pause", () => act({ action: "pause", ...who }, "Pause " + name)));
}

function noticesOf(sync) {
  const notices = [];
  const note = (kind, ...content) => notices.push(el("div", { class: "notice " + kind }, ...content));
  if (sync.paused_at) note("idle", "Paused since ", at(sync.paused_at), ": nothing is read and nothing is sent.");
  if (sync.stopped_reason) note("bad", "Stopped: ", sync.stopped_reason, ". Mend it, then retry.");
  else if (!sync.paused_at && sync.last_run && sync.last_run.state === "failed") note("bad", link("#/run/" + sync.last_run.run, "Run " + sync.last_run.run), " failed: ", sync.last_run.error);
  if (sync.hold) note("warn", link("#/b/" + sync.binding + "/hold", heldText(sync.hold)), " held by ", link("#/run/" + sync.hold.run, "run " + sync.hold.run), " wait for your word.",
    el("div", { class: "bar" }, button("Approve …", () => approve(sync, sync.hold), "danger"), button("Discard …", () => discard(sync.hold))));
  if (sync.push && sync.push.needs_reconcile) note("warn", "Needs a reconcile since ", at(sync.push.needs_reconcile.since), ": ", sync.push.needs_reconcile.reason);
  if (!sync.configured) note("idle", "Not configured any more: its rows are kept, nothing is sent.");
  return notices;
}

function factsOf(sync) {
  const base = "#/b/" + sync.binding;
  const facts = [];
  const fact = (name, value, small) => facts.push(el("div", {}, el("dt", {}, name), el("dd", {}, value, small ? el("small", {}, small) : null)));
  fact("Members", count(base + "/members", sync.desired), sync.snapshot_as_of ? ["as of ", ago(sync.snapshot_as_of)] : null);
  fact("Pending", count(base + "/pending", sync.pending), sync.delivery && sync.delivery.seconds_left !== null ? duration(sync.delivery.seconds_left) + " left" : sync.pending ? "not sent yet" : "nothing to send");
  fact("Parked", count(base + "/parked", parkedOf(sync)), Object.entries(sync.parked).filter(([, n]) => n).map(([reason, n], i) => [i ? ", " : "", link(base + "/parked?reason=" + reason, num(n) + " " + reasons[reason][0])]));
  fact("Held", count(base + "/hold", sync.hold ? sync.hold.removals + sync.hold.adds : 0), sync.hold ? heldText(sync.hold) : "nothing waits for you");
  fact("Last run", sync.last_run ? link("#/run/" + sync.last_run.run, ago(sync.last_run.started_at)) : "–", sync.last_run ? sync.last_run.state : null);
  fact("Last good run", sync.last_success ? ago(sync.last_success) : "–");
  fact("Next run", nextOf(sync), sync.schedule);
  if (sync.push) fact("Pushed, waiting", count(base + "/waiting", sync.push.waiting_members), sync.push.waiting_batches ? [plural(sync.push.waiting_batches, "batch", "batches"), ", oldest ", ago(sync.push.oldest)] : "all planned");
  fact("From", sync.project || sync.source || "–", sync.project ? sync.source : null);
  fact("To", sync.destination, "list " + sync.list_id);
  return el("dl", { class: "facts" }, facts);
}

const detail = (binding, query, memory = {}) => ({
  page: "overview",
  async load() {
    const sync = await syncOf(binding);
    const [sizes, runs] = await Promise.all([get("/v1/bindings/" + binding + "/sizes"), get("/v1/runs?limit=8&cohort=" + encodeURIComponent(sync.cohort))]);
    return { sync, sizes: sizes.sizes, runs: runs.runs };
  },
  draw({ sync, sizes, runs }) {
    document.title = nameOf(sync) + " – cohort-sync";
    const state = conditionOf(sync);
    return [
      crumbs(sync),
      el("div", { class: "title" }, el("h1", {}, nameOf(sync), el("span", { class: "to" }, " → " + sync.list), " ", chip(state.kind, state.text)), actionsOf(sync)),
      el("p", { class: "hint" }, "Cohort ", el("code", {}, sync.cohort)),
      noticesOf(sync),
      sync.delivery ? el("section", {}, el("h2", {}, "Being delivered"), progressOf(sync.delivery)) : null,
      factsOf(sync),
      el("section", {}, el("h2", {}, "Size of the list"), chart(sizes, Date.now(), memory)),
      el("section", {}, el("div", { class: "title" }, el("h2", {}, "Last runs"), el("span", {}, link("#/runs?cohort=" + encodeURIComponent(sync.cohort), "all runs"), " · ", link("#/b/" + binding + "/calls", "last calls"))), el("p"), runs.length ? runTable(runs) : empty("No run yet")),
    ];
  },
});

// A sync that has no binding yet.
const unsynced = (cohort) => ({
  page: "overview",
  async load() {
    const status = await get("/v1/status");
    const sync = status.syncs.find((s) => s.cohort === cohort);
    if (!sync) throw new Refused(404, "Cohort " + cohort + " is not configured.");
    return { sync, runs: (await get("/v1/runs?limit=20&cohort=" + encodeURIComponent(cohort))).runs };
  },
  draw({ sync, runs }) {
    if (sync.binding) { location.hash = "#/b/" + sync.binding; return []; }
    document.title = nameOf(sync) + " – cohort-sync";
    return [
      crumbs(sync),
      el("div", { class: "title" }, el("h1", {}, nameOf(sync), " ", chip(conditionOf(sync).kind, conditionOf(sync).text)), actionsOf(sync)),
      sync.last_failure ? el("div", { class: "notice bad" }, link("#/run/" + sync.last_failure.run, "Run " + sync.last_failure.run), " failed: ", sync.last_failure.error) : null,
      el("section", {}, runs.length ? runTable(runs) : empty("Never synced", "The first run makes its list in Cordial. ", sync.due ? "It is due now." : "“Sync now” begins it.")),
    ];
  },
});

function revealBar(...more) {
  return el("div", { class: "bar" }, ...more,
    el("label", {}, el("input", { type: "checkbox", id: "reveal", checked: reveal, onchange: async (e) => {
      if (e.target.checked && !await askToken("Whole identifiers are shown to those who have the token.")) { e.target.checked = false; return; }
      reveal = e.target.checked;
      poll();
    } }), "Whole identifiers"));
}
const revealed = (joint) => reveal && token ? joint + "reveal=1" : "";

function pager(state, next) {
  return el("div", { class: "bar" },
    state.before.length ? [button("First page", () => { state.after = "0"; state.before = []; poll(); }), button("Previous page", () => { state.after = state.before.pop(); poll(); })] : null,
    next !== null ? button("Next page", () => { state.before.push(state.after); state.after = next; window.scrollTo(0, 0); poll(); }) : null,
    state.before.length || next !== null ? el("span", { class: "hint" }, "Page " + num(state.before.length + 1)) : null);
}

// Rows behind a count: a page at a time, with search, filters and CSV.
//   path      what to ask, without ".csv"          name     of the array in the answer
//   file      what a download is called             query    of the address, with values of filters
//   about     asks for what the head needs          head     what stands above, of what about() gave
//   filters   [name, label, [[value, text]]]        search   what may be looked for
//   heads, row                                      none     what to say when there is nothing
function rowsPage({ page, title, path, name, file, query, about, head, filters = [], search, heads, row, none }) {
  const state = { search: "", after: "0", before: [], filter: Object.fromEntries(filters.map(([f]) => [f, query.get(f) || ""])) };
  const asked = () => Object.entries({ ...state.filter, search: state.search }).filter(([, v]) => v).map(([k, v]) => k + "=" + encodeURIComponent(v)).join("&");
  const restart = () => { state.after = "0"; state.before = []; poll(); };
  let timer = 0;
  return {
    page, title,
    async load() {
      const [context, rows] = await Promise.all([about(), get(path + "?" + [asked(), "after=" + state.after, revealed("")].filter(Boolean).join("&"))]);
      return { context, rows, asked: asked() };
    },
    shell: () => [
      el("div", { id: "head" }),
      revealBar(
        filters.map(([f, label, choices]) => el("select", { "aria-label": label, onchange: (e) => { state.filter[f] = e.target.value; restart(); } },
          choices.map(([v, t]) => set(el("option", { value: v }, t), state.filter[f] === v ? { selected: true } : {})))),
        search ? el("input", { type: "search", class: "grow", "aria-label": "Search", placeholder: search, oninput: (e) => { state.search = e.target.value.trim(); clearTimeout(timer); timer = setTimeout(restart, 250); } }) : null,
        search ? button("Download CSV", () => download(path + ".csv?" + asked(), file)) : null),
    ],
    draw({ context, rows, asked }) {
      byId("head").replaceChildren();
      fill(byId("head"), head(context));
      const list = rows[name];
      if (list.length === 0 && rows.next !== null) return [empty("Nothing here so far", "No row that fits in the part of the list that was looked through. ", "The next page looks on."), el("p"), pager(state, rows.next)];
      if (list.length === 0) return [asked ? empty("Nothing fits", filters.length ? "No row has those words and that state." : "No row has those words.", state.search && !reveal ? " Parts of an identifier are found with “Whole identifiers”." : "") : none(context), el("p"), pager(state, null)];
      return [table(title, heads, list.map(row), true), el("p"), pager(state, rows.next)];
    },
  };
}

const ofBinding = (binding, kind) => ({ page: "overview", path: "/v1/bindings/" + binding + "/" + kind, name: kind, file: kind + "-" + binding + ".csv", about: () => syncOf(binding) });
const contactHead = (row) => el("th", { scope: "row", class: "mono" }, row.contact);
const states = { on_list: ["good", "on the list"], pending: ["busy", "to be sent"], in_flight: ["busy", "being sent"], delivered: ["good", "delivered"], parked: ["warn", "parked"], unneeded: ["idle", "was so already"], superseded: ["idle", "overtaken by a later one"] };
const stateCell = (row) => cell("State", [chip(...states[row.state]), row.parked ? el("span", { class: "under" }, reasons[row.parked][0]) : null]);
const wordsCell = (row) => cell("Cordial’s words", row.reason ? el("span", { class: "clip" }, row.reason) : el("span", { class: "none" }, "–"), row.reason ? "wide" : "zero");

const members = (binding, query) => rowsPage({
  ...ofBinding(binding, "members"), title: "Members", query,
  search: "Search identifiers",
  head: (sync) => [crumbs(sync, "Members"), el("h1", {}, "Members"), el("p", { class: "hint" }, "Who should be on list ", el("strong", {}, sync.list), ": ", plural(sync.desired, "member"), sync.snapshot_as_of ? [", as of ", ago(sync.snapshot_as_of)] : "", ". In no particular order.")],
  heads: ["Contact", "State"],
  row: (m) => el("tr", {}, contactHead(m), stateCell(m)),
  none: (sync) => empty("Nobody is in it", sync.synced ? "The cohort had no member when it was read last." : "It was never read."),
});

const pending = (binding, query) => rowsPage({
  ...ofBinding(binding, "pending"), title: "Pending", query,
  search: "Search identifiers",
  head: (sync) => [crumbs(sync, "Pending"), el("div", { class: "title" }, el("h1", {}, "Pending"), el("span", {}, link("#/b/" + binding + "/calls", "last calls"))),
    el("p", { class: "hint" }, plural(sync.pending, "operation"), " for list ", el("strong", {}, sync.list), ", in the order of delivery."), sync.delivery ? progressOf(sync.delivery) : null],
  heads: ["Contact", "Operation", "State", "Cordial’s words", { text: "Tries", number: true }, "Not before"],
  row: (p) => el("tr", {}, contactHead(p), cell("Operation", p.operation), stateCell(p), wordsCell(p), cell("Tries", num(p.attempts), "number"), cell("Not before", ago(p.not_before), "when")),
  none: () => empty("Nothing is pending", "Everything that this list needs was sent. What Cordial did not take is under “Parked”."),
});

const waiting = (binding, query) => rowsPage({
  ...ofBinding(binding, "waiting"), title: "Pushed, waiting", query,
  head: (sync) => [crumbs(sync, "Pushed, waiting"), el("h1", {}, "Pushed, waiting"), el("p", { class: "hint" }, sync.push ? [plural(sync.push.waiting_members, "change"), " in ", plural(sync.push.waiting_batches, "batch", "batches"), " that Amplitude pushed and no run has planned yet. Who is in them is known when they are planned."] : "Nothing is pushed for this cohort.")],
  heads: ["Received", "Members", { text: "How many", number: true }, "Computed", "As"],
  row: (b) => el("tr", {}, el("th", { scope: "row" }, ago(b.received_at)), cell("Members", b.direction === "enter" ? "enter" : "leave"), cell("How many", num(b.members), "number"), cell("Computed", ago(b.computed_at), "when"), cell("As", b.kind)),
  none: () => empty("Nothing waits", "Every batch that was pushed is planned. A run follows seconds after a batch."),
});

const parked = (binding, query) => rowsPage({
  ...ofBinding(binding, "parked"), title: "Parked", query,
  filters: [["reason", "Reason", [["", "every reason"], ...Object.entries(reasons).map(([k, v]) => [k, v[0]])]]],
  search: "Search words or identifiers",
  head: (sync) => [crumbs(sync, "Parked"), el("div", { class: "title" }, el("h1", {}, "Parked"), actionsOf(sync)), el("p", { class: "hint" }, Object.entries(sync.parked).filter(([, n]) => n).map(([r, n]) => num(n) + " " + reasons[r][0]).join(", ") || "Contacts that Cordial does not take wait here; the others go on.")],
  heads: ["Contact", "Operation", "Why", "Cordial’s words", { text: "Tries", number: true }, "Last tried"],
  row: (p) => el("tr", {}, contactHead(p), cell("Operation", p.operation), cell("Why", el("span", { title: reasons[p.parked][1] }, reasons[p.parked][0])), wordsCell(p), cell("Tries", num(p.attempts), "number"), cell("Last tried", ago(p.updated_at), "when")),
  none: () => empty("Nothing is parked", "Cordial took everything that was sent."),
});

const rowsOfRun = (id, query) => rowsPage({
  page: "runs", title: "Operations of run " + id, path: "/v1/runs/" + id + "/rows", name: "rows", file: "run-" + id + ".csv", query,
  about: () => get("/v1/runs/" + id),
  filters: [["kind", "Operation", [["", "adds and removals"], ["add", "adds"], ["remove", "removals"]]],
    ["state", "State", [["", "every state"], ...Object.entries(states).filter(([k]) => k !== "on_list").map(([k, v]) => [k, v[1]])]]],
  search: "Search identifiers",
  head: (r) => [el("nav", { class: "crumbs", "aria-label": "Where this is" }, link("#/runs", "Runs"), " / ", link("#/run/" + id, "Run " + id), " / Operations"), el("h1", {}, "Operations of run " + id),
    el("p", { class: "hint" }, r.binding ? link("#/b/" + r.binding, r.cohort_name || r.cohort) : r.cohort, r.list ? " → " + r.list : "", ": ", plural(r.counts.added, "add"), " and ", plural(r.counts.removed, "removal"), " by this run, as they stand now.")],
  heads: ["Contact", "Operation", "State", "Cordial’s words", { text: "Tries", number: true }, "Since"],
  row: (p) => el("tr", {}, contactHead(p), cell("Operation", p.operation), stateCell(p), wordsCell(p), cell("Tries", num(p.attempts), "number"), cell("Since", ago(p.updated_at), "when")),
  none: (r) => r.state === "failed" ? empty("This run changed nothing", "It failed: ", r.error) : r.counts.added + r.counts.removed ? empty("Not kept any more", "Operations that are done are dropped with the time that the state keeps.") : empty("This run changed nothing", "Whoever should be on the list was there already."),
});

// A part after the other, so that neither side has all of it in memory at once.
async function download(path, name) {
  if (!await askToken("A file with whole identifiers is given to those who have the token.")) return;
  try {
    const parts = [];
    let bytes = 0;
    for (let after = "0"; after !== null;) {
      const response = await ask(path + (path.endsWith("?") ? "" : "&") + "after=" + after);
      parts.push(await response.blob());
      bytes += parts.at(-1).size;
      after = response.headers.get("Next-After");
      if (after !== null) toast(name + ": " + num(Math.round(bytes / 1024)) + " KB so far …");
    }
    const url = URL.createObjectURL(new Blob(parts, { type: "text/csv" }));
    const anchor = el("a", { href: url, download: name });
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    toast(name + ": " + num(Math.ceil(bytes / 1024)) + " KB");
  } catch (error) { toast(error instanceof Refused ? error.message : "No connection to the daemon."); }
}

const hold = (binding) => {
  const state = { after: "0", before: [] };
  return {
    page: "overview", title: "Held",
    async load() {
      const sync = await syncOf(binding);
      const page = await get("/v1/bindings/" + binding + "/hold?after=" + state.after + revealed("&"));
      const run = page.hold ? await get("/v1/runs/" + page.hold.run) : null;
      return { sync, page, run };
    },
    shell: () => [el("div", { id: "head" }), revealBar(el("span", { class: "grow" }), button("Download CSV", () => download("/v1/bindings/" + binding + "/hold.csv?", "held-" + binding + ".csv")))],
    draw({ sync, page, run }) {
      byId("head").replaceChildren(crumbs(sync, "Held"), el("h1", {}, "Held"));
      if (!page.hold) return empty("Nothing is held", "When a snapshot would remove or add unusually many, it waits here for a person.");
      const notes = run.notes.filter((n) => n.includes("held"));
      return [
        el("div", { class: "notice warn" }, el("strong", {}, heldText(page.hold)), " of list ", el("strong", {}, sync.list), " (", plural(sync.desired, "member"), ") since ", link("#/run/" + run.run, "run " + run.run), ", ", ago(run.started_at), ".",
          notes.map((n) => el("p", {}, n)),
          el("div", { class: "bar" }, button("Approve …", () => approve(sync, page.hold), "danger"), button("Discard …", () => discard(page.hold)))),
        el("p"),
        table("Held contacts", ["Contact", "Would be"], page.contacts.map((c) => el("tr", {}, el("th", { scope: "row", class: "mono" }, c.contact), cell("Would be", c.operation === "remove" ? "removed" : "added"))), true),
        el("p"), pager(state, page.next),
      ];
    },
  };
};

const opened = new Set(); // Calls whose details are open.
const calls = (binding) => ({
  page: "overview", title: "Calls",
  async load() {
    return { sync: await syncOf(binding), calls: (await get("/v1/bindings/" + binding + "/calls" + revealed("?"))).calls };
  },
  shell: () => [el("div", { id: "head" }), revealBar(el("span", { class: "hint grow" }, "The newest come first."))],
  draw({ sync, calls: list }) {
    byId("head").replaceChildren(crumbs(sync, "Calls"), el("h1", {}, "Last calls to Cordial"));
    if (list.length === 0) return empty("No call yet", "What is sent for this list, and what Cordial answers, is shown here.");
    return table("Calls", ["Sent", "Operation", "Contact", "Answer", { text: "Took", number: true }, "What was said"], list.slice().reverse().map((call) => {
      const key = call.sent_at + call.contact + call.target + call.request;
      const kind = call.status === null ? "bad" : call.status < 300 ? "good" : call.status === 429 || call.status < 500 ? "warn" : "bad";
      return el("tr", {},
        cell("Sent", el("time", { datetime: call.sent_at, title: call.sent_at + " (UTC)" }, whole.format(new Date(call.sent_at))), "when"),
        cell("Operation", call.operation), cell("Contact", el("span", { class: "mono" }, call.contact)),
        cell("Answer", chip(kind, call.status === null ? "none" : String(call.status))), cell("Took", num(call.took_ms) + " ms", "number"),
        cell("What was said", el("details", { open: opened.has(key), ontoggle: (e) => e.target.open ? opened.add(key) : opened.delete(key) },
          el("summary", { data: { key } }, el("span", { class: "mono" }, call.method + " " + call.target)), el("pre", { class: "said" }, call.request), el("pre", { class: "said" }, call.answer)), "wide"));
    }), true);
  },
});

const runs = (query) => ({
  page: "runs", title: "Runs",
  load: () => get("/v1/runs?limit=100" + (query.get("cohort") ? "&cohort=" + encodeURIComponent(query.get("cohort")) : "")),
  draw(data) {
    return [
      el("h1", {}, "Runs"), el("p", { class: "hint" }, query.get("cohort") ? ["Of cohort ", el("code", {}, query.get("cohort")), ", newest first. ", link("#/runs", "All runs")] : "Newest first."),
      data.runs.length ? runTable(data.runs) : empty("No runs yet", "The schedule makes the first, or “Sync now”."),
    ];
  },
});

const run = (id) => ({
  page: "runs", title: "Run " + id,
  load: () => get("/v1/runs/" + id + revealed("?")),
  shell: () => [el("div", { id: "head" }), revealBar()],
  draw(data) {
    const c = data.counts, d = data.delivery;
    byId("head").replaceChildren(
      el("nav", { class: "crumbs", "aria-label": "Where this is" }, link("#/runs", "Runs"), " / Run " + id),
      el("h1", {}, "Run " + id, " ", runChip(data.state)),
      el("p", { class: "hint" }, data.binding ? link("#/b/" + data.binding, data.cohort_name || data.cohort) : data.cohort, data.list ? " → " + data.list : "", ", ", data.trigger, ", started ", at(data.started_at), data.finished_at ? ", took " + duration((Date.parse(data.finished_at) - Date.parse(data.started_at)) / 1000) : ""));
    const rows = (query, value) => count(rowsOf(data, query), value);
    // They are further down.
    const leftOut = (value) => value && data.rejected_rows.length ? el("a", { class: "count", href: "#/run/" + id, data: { key: "left out" }, onclick: (e) => { e.preventDefault(); byId("left-out").scrollIntoView(); } }, num(value)) : num(value);
    const facts = [["Read", num(c.rows), plural(c.members, "contact")], ["Added", rows("kind=add", c.added)], ["Removed", rows("kind=remove", c.removed)], ["Unchanged", num(c.unchanged), data.binding && c.unchanged ? link("#/b/" + data.binding + "/members", "members now") : null],
      ["Held", data.binding ? count("#/b/" + data.binding + "/hold", c.held_removals + c.held_adds) : num(0)], ["Delivered", rows("state=delivered", d.delivered), data.binding && d.calls ? link("#/b/" + data.binding + "/calls", plural(d.calls, "call")) : plural(d.calls, "call")],
      ["Parked", rows("state=parked", d.refused + d.exhausted)],
      ["Left out", leftOut(Object.values(c.rejected).reduce((a, b) => a + b, 0)), Object.entries(c.rejected).filter(([, n]) => n).map(([r, n]) => num(n) + " " + r).join(", ")]];
    return [
      data.error ? el("div", { class: "notice bad" }, data.error) : null,
      data.notes.map((n) => el("div", { class: "notice idle" }, n)),
      el("dl", { class: "facts" }, facts.map(([k, v, s]) => el("div", {}, el("dt", {}, k), el("dd", {}, v, s ? el("small", {}, s) : null)))),
      data.origin ? el("p", { class: "hint" }, "From ", data.origin, data.snapshot_as_of ? [", as of ", at(data.snapshot_as_of)] : "") : null,
      d.by_call.length ? el("section", {}, el("h2", {}, "Calls"), table("Calls", ["Call", "Answers", { text: "p50", number: true }, { text: "p99", number: true }, { text: "Longest", number: true }], d.by_call.map((b) => el("tr", {},
        el("th", { scope: "row", class: "mono" }, b.call), cell("Answers", Object.entries(b.answers).map(([k, v]) => num(v) + " × " + k).join(", ")), cell("p50", b.p50_ms + " ms", "number"), cell("p99", b.p99_ms + " ms", "number"), cell("Longest", b.max_ms + " ms", "number"))), true)) : null,
      data.rejected_rows.length ? el("section", { id: "left-out" }, el("h2", {}, "Rows left out"), el("p", { class: "hint" }, "The first " + num(data.rejected_rows.length) + "."), table("Rows left out", ["Row", "Reason", "Value", "Amplitude id"], data.rejected_rows.map((r) => el("tr", {},
        el("th", { scope: "row" }, r.row === null ? "–" : num(r.row)), cell("Reason", r.reason), cell("Value", el("span", { class: "mono" }, r.value)), cell("Amplitude id", el("span", { class: "mono" }, r.amplitude_id || "–")))), true)) : null,
    ];
  },
});

const actionsPage = {
  page: "actions", title: "Actions",
  load: () => get("/v1/actions"),
  draw(data) {
    return [
      el("h1", {}, "Actions"), el("p", { class: "hint" }, "What was asked for from this page since the daemon started, newest first."),
      data.actions.length === 0 ? empty("Nothing was asked for yet", "“Sync now”, “Pause” and the like are on the page of each sync.") :
        table("Actions", ["What", "State", "Began", "Result"], data.actions.map((a) => el("tr", {},
          el("th", { scope: "row" }, a.action + " " + (a.cohort || "run " + a.run)),
          cell("State", !a.ended_at ? chip("busy", "under way") : a.exit_code ? chip("bad", "ended with " + a.exit_code) : chip("good", "done")),
          cell("Began", ago(a.started_at)), cell("Result", el("pre", { class: "said" }, a.text), "wide"))), true),
    ];
  },
};

// ---- From the address to a page ----
function pageOf(hash) {
  const [path, query] = hash.replace(/^#/, "").split("?");
  const words = path.split("/").filter(Boolean).map(decodeURIComponent);
  const params = new URLSearchParams(query || "");
  const id = /^\d+$/.test(words[1] || "") ? Number(words[1]) : null;
  if (words.length === 0) return overview;
  if (words[0] === "runs" && words.length === 1) return runs(params);
  if (words[0] === "actions" && words.length === 1) return actionsPage;
  if (words[0] === "run" && id !== null && words.length === 2) return run(id);
  if (words[0] === "run" && id !== null && words[2] === "rows") return rowsOfRun(id, params);
  if (words[0] === "c" && words.length === 2) return unsynced(words[1]);
  if (words[0] === "b" && id !== null) {
    if (words.length === 2) return detail(id);
    const of = { members, pending, waiting, parked, hold, calls };
    if (Object.hasOwn(of, words[2])) return of[words[2]](id, params);
  }
  return { page: "", title: "Not here", load: async () => null, draw: () => empty("There is nothing here", link("#/", "Back to the overview")) };
}

let current = null;   // The page that is shown.
let shown = null;     // Its data, as text: what has not changed is not drawn again.
let data = null;
let lostAt = null;    // Since when nobody answers.

function open() {
  current = pageOf(location.hash);
  shown = null;
  document.title = (current.title ? current.title + " – " : "") + "cohort-sync";
  for (const a of document.querySelectorAll(".top nav a")) {
    if (a.dataset.page === current.page) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  byId("main").replaceChildren(...(current.shell ? current.shell() : []), el("div", { id: "content" }, el("p", { class: "hint" }, "Loading …")));
  window.scrollTo(0, 0);
  poll();
}

function redraw() {
  const content = byId("content");
  if (!content || shown === null) return;
  const focused = document.activeElement && document.activeElement.closest("#main") ? document.activeElement.dataset.key : null;
  content.replaceChildren(...fill(el("div"), [current.draw(data)]).childNodes);
  if (focused) {
    for (const node of byId("main").querySelectorAll("[data-key]")) if (node.dataset.key === focused) { node.focus({ preventScroll: true }); break; }
  }
}

function complain(error) {
  const content = byId("content");
  shown = null;
  if (error.status === 401) content.replaceChildren(empty("This dashboard needs the token", el("p", {}, el("code", {}, "cohort-sync dashboard token"), " prints it on the daemon’s machine."), button("Give the token", async () => { if (await askToken()) poll(); }, "main")));
  else content.replaceChildren(empty(error.status === 404 ? "There is nothing here" : "This cannot be shown at the moment", error.message));
}

function connection(isLost) {
  const live = byId("live"), banner = byId("offline");
  if (isLost && lostAt === null) lostAt = new Date();
  if (!isLost) lostAt = null;
  live.textContent = isLost ? "connection lost" : "live";
  live.classList.toggle("away", isLost);
  banner.hidden = !isLost;
  if (isLost) banner.replaceChildren("Connection lost since ", el("time", { datetime: lostAt.toISOString(), title: lostAt.toISOString() + " (UTC)" }, whole.format(lostAt)), " (" + duration((Date.now() - lostAt) / 1000) + "). What is shown is as of then. Is ", el("code", {}, "cohort-sync serve"), " running? This page goes on by itself when it is back.");
}

async function load(page) {
  try {
    const fresh = await page.load();
    await seeActionsEnd();
    connection(false);
    return { fresh };
  } catch (error) {
    connection(!(error instanceof Refused));
    return { error };
  }
}

let polling = false, again = false, timer = 0;
async function poll() {
  if (polling) { again = true; return; }
  polling = true;
  clearTimeout(timer);
  const page = current;
  const { fresh, error } = await load(page);
  polling = false;
  if (page === current) {
    const text = error ? null : JSON.stringify(fresh) + reveal;
    if (error && error.forgotten) {
      toast(error.message);
      again = true;
    } else if (error instanceof Refused) complain(error);
    else if (!error && text !== shown) {
      shown = text;
      data = fresh;
      redraw();
    }
  }
  if (again || page !== current) { again = false; poll(); return; }
  if (!document.hidden) timer = setTimeout(poll, 2000);
}

setInterval(() => {
  for (const node of document.querySelectorAll("time[data-ago]")) {
    const text = relative(node.dateTime);
    if (node.textContent !== text) node.textContent = text;
  }
}, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
window.addEventListener("hashchange", () => { open(); byId("main").focus({ preventScroll: true }); });
let resizing = 0;
window.addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(redraw, 150); });
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
byId("token-button").addEventListener("click", async () => {
  if (token) { keepToken(null); toast("Locked: the token is forgotten."); open(); }
  else if (await askToken()) poll();
});
keepToken(token);
open();

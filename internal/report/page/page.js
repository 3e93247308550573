"use strict";
// The table of rows. Texts of the file and of Graph reach the document as text only;
// nothing here makes markup of a text.
(() => {
const $ = id => document.getElementById(id);
const columns = ["line", "user", "type", "number", "outcome", "message"];
const plain = ["line", "user", "number", "finished", "request"]; // one value a row; of the others the texts repeat
const repeating = ["type", "outcome", "class", "reason", "status", "message", "advice", "registered", "as", "sms", "country"];
const titles = { line: "Line", user: "User", type: "Phone type", number: "Number", country: "Country", outcome: "Outcome", class: "Who can help", reason: "Reason", message: "What happened", advice: "What to do", registered: "Registered number", as: "Registered as", sms: "SMS sign-in", status: "HTTP status", finished: "When", request: "Request id" };
const success = ["created", "updated", "removed", "planned"], same = ["unchanged", "duplicate"];

let count = 0;
const values = { line: [], user: [], number: [], finished: [], request: [] }; // by row
const places = {}, texts = {}; // by row; by place
for (const name of repeating) { places[name] = []; texts[name] = []; }
const of = (name, row) => name in texts ? texts[name][places[name][row]] : values[name][row];

// Countries are letters in the rows. The browser knows their names.
const names = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames(["en"], { type: "region", fallback: "code" }) : null;
const country = code => names && /^[A-Z]{2}$/.test(code) ? names.of(code) : code;
for (const cell of document.querySelectorAll("[data-region]")) cell.textContent = country(cell.dataset.region);

async function load() {
	const element = $("rows");
	const text = atob(element.textContent), packed = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
	element.remove();
	const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")).pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";
	for (;;) {
		const { value, done } = await reader.read();
		if (done) break;
		const lines = (rest + value).split("\n");
		rest = lines.pop();
		for (const line of lines) take(JSON.parse(line));
	}
}

function take(block) {
	if (!block.line) return; // there are no rows
	for (const name of plain) for (const value of block[name]) values[name].push(value);
	for (const name of repeating) {
		for (const text of block.new[name] || []) texts[name].push(text);
		for (const place of block.places[name]) places[name].push(place);
	}
	count += block.line.length;
}

// What is shown: the rows that pass the filters, in the order asked for.
let view = new Uint32Array(0), sort = { by: "line", down: false }, active = 0;
const grid = $("grid"), body = $("body"), filters = ["outcome", "reason", "type", "country"];
let lower; // users and numbers as they are searched

function chosen() {
	const tests = [];
	for (const name of filters) {
		const wanted = $(name).value;
		if (wanted === "") continue;
		const place = texts[name].indexOf(wanted), at = places[name];
		tests.push(row => at[row] === place);
	}
	const words = $("search").value.trim().toLowerCase().split(/\s+/).filter(word => word);
	if (words.length && !lower) {
		lower = { user: values.user.map(text => text.toLowerCase()), number: values.number.map(text => text.toLowerCase()) };
	}
	for (const word of words) {
		const hits = {};
		for (const name of repeating) hits[name] = texts[name].map(text => text.toLowerCase().includes(word) || name === "country" && country(text).toLowerCase().includes(word));
		const digits = /^[+\d()./-]+$/.test(word) ? word.replace(/[^\d]/g, "").replace(/^0+/, "") : "";
		tests.push(row => lower.user[row].includes(word) || lower.number[row].includes(word) || values.request[row].includes(word) || digits && lower.number[row].replace(/\D/g, "").includes(digits) ||
			String(values.line[row]) === word || repeating.some(name => hits[name][places[name][row]]));
	}
	const found = new Uint32Array(count);
	let n = 0;
	for (let row = 0; row < count; row++) if (tests.every(test => test(row))) found[n++] = row;
	return found.subarray(0, n);
}

function ordered(rows) {
	let compare;
	if (sort.by in texts) {
		const order = texts[sort.by].map((text, place) => place).sort((a, b) => texts[sort.by][a] < texts[sort.by][b] ? -1 : 1);
		const rank = new Uint32Array(order.length), at = places[sort.by];
		order.forEach((place, i) => { rank[place] = i; });
		compare = (a, b) => rank[at[a]] - rank[at[b]] || a - b;
	} else if (sort.by === "line") {
		compare = (a, b) => values.line[a] - values.line[b] || a - b;
	} else {
		const of = values[sort.by];
		compare = (a, b) => of[a] < of[b] ? -1 : of[a] > of[b] ? 1 : a - b;
	}
	rows = rows.slice().sort(compare);
	return sort.down ? rows.reverse() : rows;
}

function update() {
	view = ordered(chosen());
	active = 0;
	grid.setAttribute("aria-rowcount", view.length + 1);
	$("shown").textContent = view.length === count ? `${count.toLocaleString("en")} rows` : `${view.length.toLocaleString("en")} of ${count.toLocaleString("en")} rows`;
	measure();
	grid.scrollTop = 0;
	drawn.clear();
	body.replaceChildren();
	draw();
}

// Only the rows that are seen are in the document, with some above and below.
const drawn = new Map();
let high = 40;
function measure() {
	high = matchMedia("(max-width: 50rem)").matches ? 84 : 40;
	body.style.height = view.length * high + "px";
}

function draw() {
	const head = grid.firstElementChild.offsetHeight;
	const first = Math.max(0, Math.floor(grid.scrollTop / high) - 8);
	const last = Math.min(view.length, Math.ceil((grid.scrollTop + grid.clientHeight - head) / high) + 8);
	for (const [i, element] of drawn) if (i < first || i >= last) { element.remove(); drawn.delete(i); }
	const added = document.createDocumentFragment();
	for (let i = first; i < last; i++) if (!drawn.has(i)) {
		const element = line(i);
		drawn.set(i, element);
		added.append(element);
	}
	body.append(added);
	for (const [i, element] of drawn) element.setAttribute("aria-selected", i === active);
	if (drawn.has(active)) grid.setAttribute("aria-activedescendant", "row-" + active); else grid.removeAttribute("aria-activedescendant");
}

function line(i) {
	const row = view[i], element = document.createElement("div");
	element.setAttribute("role", "row");
	element.setAttribute("aria-rowindex", i + 2);
	element.id = "row-" + i;
	element.style.transform = `translateY(${i * high}px)`;
	columns.forEach((name, at) => {
		const cell = document.createElement("span");
		cell.setAttribute("role", "gridcell");
		cell.setAttribute("aria-colindex", at + 1);
		cell.className = "c-" + name;
		cell.textContent = of(name, row);
		if (name === "outcome") cell.className += success.includes(cell.textContent) ? " k-done" : same.includes(cell.textContent) ? " k-same" : " k-open";
		element.append(cell);
	});
	return element;
}

function go(to) {
	active = Math.max(0, Math.min(view.length - 1, to));
	const head = grid.firstElementChild.offsetHeight, top = active * high;
	if (top < grid.scrollTop) grid.scrollTop = top;
	else if (top + high + head > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + high + head - grid.clientHeight;
	draw();
}

function details(i) {
	if (i >= view.length) return;
	const row = view[i], dialog = $("details"), list = dialog.querySelector("dl");
	$("details-title").textContent = `Line ${values.line[row]}, ${values.user[row]}`;
	list.replaceChildren();
	for (const name of Object.keys(titles)) {
		const text = name === "country" ? country(of(name, row)) : String(of(name, row));
		if (text === "" || name === "line" || name === "user") continue;
		const item = document.createElement("div"), term = document.createElement("dt"), value = document.createElement("dd");
		term.textContent = titles[name];
		value.textContent = text;
		item.append(term, value);
		list.append(item);
	}
	dialog.showModal();
}

function choices() {
	for (const name of filters) {
		const counts = new Map();
		for (const place of places[name]) counts.set(place, (counts.get(place) || 0) + 1);
		for (const [place, n] of [...counts].sort((a, b) => b[1] - a[1])) {
			const text = texts[name][place];
			if (text === "") continue;
			const option = document.createElement("option");
			option.value = text;
			option.textContent = `${name === "country" ? country(text) : text} (${n.toLocaleString("en")})`;
			$(name).append(option);
		}
	}
}

function listen() {
	let waiting;
	$("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(update, 120); });
	for (const name of filters) $(name).addEventListener("change", update);
	$("filters").addEventListener("submit", event => { event.preventDefault(); update(); });
	$("filters").addEventListener("reset", () => setTimeout(update));
	for (const button of document.querySelectorAll("[data-sort]")) button.addEventListener("click", () => {
		sort = { by: button.dataset.sort, down: sort.by === button.dataset.sort && !sort.down };
		for (const other of document.querySelectorAll("[data-sort]")) {
			other.parentElement.setAttribute("aria-sort", other !== button ? "none" : sort.down ? "descending" : "ascending");
		}
		update();
	});
	let asked = false;
	grid.addEventListener("scroll", () => { if (!asked) { asked = true; requestAnimationFrame(() => { asked = false; draw(); }); } });
	addEventListener("resize", () => { measure(); drawn.clear(); body.replaceChildren(); draw(); });
	grid.addEventListener("keydown", event => {
		if (event.target !== grid || event.ctrlKey || event.altKey || event.metaKey) return;
		const page = Math.max(1, Math.floor(grid.clientHeight / high) - 1);
		const to = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: view.length - 1 }[event.key];
		if (to !== undefined) go(to); else if (event.key === "Enter") details(active); else return;
		event.preventDefault();
	});
	body.addEventListener("click", event => {
		const element = event.target.closest("[role=row]");
		if (!element || String(getSelection())) return;
		active = Number(element.id.slice(4));
		draw();
		details(active);
	});
	$("details").addEventListener("close", () => grid.focus({ preventScroll: true }));
	for (const button of document.querySelectorAll(".filter")) {
		button.hidden = false;
		button.addEventListener("click", () => {
			$("filters").reset();
			$("reason").value = button.dataset.reason;
			update();
			$("table").scrollIntoView();
			grid.focus({ preventScroll: true });
		});
	}
}

for (const button of document.querySelectorAll(".copy")) button.addEventListener("click", async () => {
	const code = button.previousElementSibling;
	try {
		await navigator.clipboard.writeText(code.textContent);
		button.textContent = "Copied";
	} catch {
		getSelection().selectAllChildren(code);
		button.textContent = "Press Ctrl-C";
	}
	setTimeout(() => { button.textContent = "Copy"; }, 2000);
});

load().then(() => {
	choices();
	listen();
	for (const id of ["filters", "shown", "grid", "keys"]) $(id).hidden = false;
	update();
	document.documentElement.dataset.ready = count;
}, error => {
	$("failed").textContent = "The table could not be read (" + error.message + "). All rows stand in results.csv, beside this file.";
	$("failed").hidden = false;
});
})();

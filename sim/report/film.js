"use strict";
// Plays the films of this page. What a change means stands in sim/report/film.hpp. All text enters
// the page as text: there is no innerHTML here, and there must be none.

const RING = 0, HEAD = 1, TAIL = 2, SLOT = 3, OWNER = 4, USED = 5, REQUEST = 6, LEASE = 7,
  WAITING = 8;
const RING_NONE = 0, RING_OPEN = 1;
const OWNER_LEASED = 4;
const REQUEST_NONE = 0, REQUEST_ENDED = 3;
const request_words = ["", "submitted", "waits to be woken", "ended"];
const owners = [
  ["application", "free, or staged and not shown yet"],
  ["published", "between head and tail, for the kernel to select"],
  ["selected", "a request in the kernel holds it"],
  ["filled", "the kernel is done; its completion was not handled yet"],
  ["leased", "handed to the application, until all of it is given back"],
];
const actors = ["application", "kernel", "peer"];
const row_height = 22;
const many_from = 17, dense_from = 65;  // entries
const requests_shown = 100;

const $ = (id) => document.getElementById(id);

function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

// --- What it looked like after each event --------------------------------------------------------

/** Holds the state after one event, and goes to any other by doing or undoing changes. */
class Projector {
  constructor(film) {
    this.film = film;
    this.at = -1;
    this.rings = film.rings.map(([group, entries, size, incremental]) => ({
      group, entries, size, incremental, state: RING_NONE, head: 0, tail: 0,
      slots: new Int32Array(entries).fill(-1), owners: new Uint8Array(entries),
      used: new Int32Array(entries), leases: new Map(),
    }));
    this.requests = new Map();  // those in flight: number to [state, completions]
    this.waiting = 0;
    const count = film.changes.length / 4;
    this.before = new Int32Array(count);   // what each change replaced
    this.before2 = new Int32Array(count);  // for requests: completions
    this.starts = new Int32Array(film.events.length + 1);
    film.events.forEach((event, i) => { this.starts[i + 1] = this.starts[i] + event[3]; });
    this.touched = new Set();
    for (let i = 0; i < count; ++i) this.remember(i);
    for (let i = count; i-- > 0;) this.apply(i, false);
    this.touched.clear();
  }

  remember(i) {
    const [what, item, index] = this.film.changes.slice(4 * i, 4 * i + 3);
    if (what === REQUEST) {
      const now = this.requests.get(item) || [0, 0];
      this.before[i] = now[0];
      this.before2[i] = now[1];
    } else {
      this.before[i] = this.read(what, item, index);
    }
    this.apply(i, true);
  }

  read(what, item, index) {
    const ring = this.rings[item];
    switch (what) {
      case RING: return ring.state;
      case HEAD: return ring.head;
      case TAIL: return ring.tail;
      case SLOT: return ring.slots[index];
      case OWNER: return ring.owners[index];
      case USED: return ring.used[index];
      case WAITING: return this.waiting;
      default: return 0;
    }
  }

  apply(i, forth) {
    const changes = this.film.changes;
    const what = changes[4 * i], item = changes[4 * i + 1], index = changes[4 * i + 2];
    const value = forth ? changes[4 * i + 3] : this.before[i];
    if (what === REQUEST) {
      const completions = forth ? index : this.before2[i];
      if (value === REQUEST_NONE || value === REQUEST_ENDED) this.requests.delete(item);
      else this.requests.set(item, [value, completions]);
      return;
    }
    if (what === WAITING) {
      this.waiting = value;
      return;
    }
    if (what === LEASE) {
      this.lease(item, (changes[4 * i + 3] === 1) === forth);
      return;
    }
    const ring = this.rings[item];
    this.touched.add(item);
    switch (what) {
      case RING: ring.state = value; break;
      case HEAD: ring.head = value; break;
      case TAIL: ring.tail = value; break;
      case SLOT: ring.slots[index] = value; break;
      case USED: ring.used[index] = value; break;
      case OWNER: ring.owners[index] = value; break;
    }
  }

  lease(number, begins) {
    const [item, buffer] = this.film.leases[number];
    const ring = this.rings[item];
    const alive = ring.leases.get(buffer) || new Set();
    if (begins) alive.add(number); else alive.delete(number);
    if (alive.size) ring.leases.set(buffer, alive); else ring.leases.delete(buffer);
    this.touched.add(item);
  }

  go(to) {
    for (; this.at < to; ++this.at) {
      for (let i = this.starts[this.at + 1]; i < this.starts[this.at + 2]; ++i) this.apply(i, true);
    }
    for (; this.at > to; --this.at) {
      for (let i = this.starts[this.at + 1]; i-- > this.starts[this.at];) this.apply(i, false);
    }
  }

  /** The cells that the event changed: "item/what/index". */
  changed() {
    const cells = new Set();
    for (let i = this.starts[this.at]; i < this.starts[this.at + 1]; ++i) {
      let [what, item, index] = this.film.changes.slice(4 * i, 4 * i + 3);
      if (what === LEASE) [item, index, what] = [...this.film.leases[item].slice(0, 2), OWNER];
      cells.add(`${item}/${what === USED ? OWNER : what}/${index}`);
    }
    return cells;
  }
}

// --- A ring and its buffers ----------------------------------------------------------------------

class RingView {
  constructor(number, ring, film) {
    this.number = number;
    this.ring = ring;
    this.film = film;
    this.box = element("article", "ring");
    this.box.classList.toggle("dense", ring.entries >= dense_from);
    this.box.classList.toggle("many", ring.entries >= many_from && ring.entries < dense_from);
    this.box.classList.toggle("incremental", Boolean(ring.incremental));
    this.box.dataset.group = ring.group;
    const kind = ring.incremental ? ", incremental" : "";
    const title = element("h2", "", `group ${ring.group}`);
    title.append(element("span", "", `${ring.entries} buffers of ${ring.size} bytes${kind}`));
    this.counts = element("p", "counts");
    this.slots = [];
    this.buffers = [];
    const slots = this.strip = element("div", "slots"), buffers = element("div", "buffers");
    for (let i = 0; i < ring.entries; ++i) {
      this.slots.push(this.make_slot(i));
      this.buffers.push(this.make_buffer(i));
    }
    slots.append(...this.slots.map((each) => each.box));
    buffers.append(...this.buffers.map((each) => each.box));
    this.box.append(title, this.counts, element("h3", "", "slots of the ring"), slots,
      element("h3", "", "buffers, and who has them"), buffers);
  }

  make_slot(index) {
    const box = element("div"), id = element("b");
    box.append(element("small", "", index), id);
    box.dataset.slot = index;
    box.title = `slot ${index}: never written`;
    return { box, id };
  }

  make_buffer(index) {
    const box = element("div"), word = element("span"), bytes = element("small"),
      bar = element("div", "bar");
    box.append(element("b", "", index), word, bytes, bar);
    box.dataset.buffer = index;
    return { box, word, bytes, bar, drawn: "" };
  }

  draw(changed) {
    const ring = this.ring;
    const held = (ring.tail - ring.head) & 0xffff;
    this.box.hidden = ring.state === RING_NONE;
    this.box.classList.toggle("closed", ring.state !== RING_OPEN);
    const state = ring.state === RING_OPEN ? "" : "closed; ";
    this.counts.replaceChildren(state, "head ", element("b", "head", ring.head), ", tail ",
      element("b", "tail", ring.tail), ", ", element("b", "held", held), " in the ring",
      held === 0 ? ": empty" : held === ring.entries ? ": full" : "");
    for (let i = 0; i < ring.entries; ++i) {
      this.draw_slot(i, held, changed);
      this.draw_buffer(i, changed);
    }
    if (ring.entries < dense_from) return;
    const head = this.slots[ring.head & (ring.entries - 1)].box;
    this.strip.scrollTop = head.offsetTop - this.strip.offsetTop - this.strip.clientHeight / 2;
  }

  draw_slot(index, held, changed) {
    const ring = this.ring, { box, id } = this.slots[index], mask = ring.entries - 1;
    const buffer = ring.slots[index];
    const live = buffer >= 0 && ((index - ring.head) & mask) < held;
    let name = "slot " + (live ? owners[ring.owners[buffer]][0] : "stale");
    if ((ring.head & mask) === index) name += " head";
    if ((ring.tail & mask) === index) name += " tail";
    if (changed.has(`${this.number}/${SLOT}/${index}`)) name += " changed";
    if (box.className !== name) box.className = name;
    const text = buffer < 0 ? "" : String(buffer);
    if (id.textContent !== text) {
      id.textContent = text;
      box.title = `slot ${index}: ` + (buffer < 0 ? "never written" : `buffer ${buffer}`);
    }
  }

  draw_buffer(index, changed) {
    const ring = this.ring, { box, word, bytes, bar } = this.buffers[index];
    const owner = owners[ring.owners[index]][0];
    const alive = ring.leases.get(index);
    const leases = alive && [...alive].sort((one, other) => one - other);
    const marked = changed.has(`${this.number}/${OWNER}/${index}`);
    const key = `${owner}/${ring.used[index]}/${leases || ""}/${marked}`;
    if (this.buffers[index].drawn === key) return;
    this.buffers[index].drawn = key;
    box.className = `buffer ${owner}` + (marked ? " changed" : "");
    box.dataset.owner = owner;
    box.dataset.leases = leases ? leases.length : 0;
    const parts = leases && ring.owners[index] !== OWNER_LEASED ? `, ${leases.length} leased` : "";
    word.textContent = owner + parts;
    bytes.textContent = `${ring.used[index]}/${ring.size}`;
    box.title = `buffer ${index}: ${owner}${parts}, ${ring.used[index]} of ${ring.size} bytes`;
    const percent = (count) => `${100 * count / ring.size}%`;
    const used = element("i");
    used.style.width = percent(ring.used[index]);
    bar.replaceChildren(used);
    for (const number of leases || []) {
      const [, , offset, size] = this.film.leases[number];
      const part = element("i", "part");
      part.style.left = percent(offset);
      part.style.width = percent(size);
      bar.append(part);
    }
  }
}

// --- The list of events --------------------------------------------------------------------------

/** A row for each event, one for each operation before its events; only those in view exist. */
class EventList {
  constructor(film, go) {
    this.film = film;
    this.go = go;
    this.rows = [];                       // event, or minus one minus the event it stands before
    this.row_of = new Int32Array(film.events.length);
    let step = -1;
    film.events.forEach((event, i) => {
      if (event[0] !== step) this.rows.push(-1 - i);
      step = event[0];
      this.row_of[i] = this.rows.length;
      this.rows.push(i);
    });
    $("rows").style.height = `${this.rows.length * row_height}px`;
    $("events").onscroll = () => this.draw();
  }

  show(at) {
    this.at = at;
    const view = $("events"), top = this.row_of[at] * row_height;
    const above = top - row_height < view.scrollTop;
    const below = top + 2 * row_height > view.scrollTop + view.clientHeight;
    if (above || below) {
      view.scrollTop = top - view.clientHeight / 2;
    }
    this.draw();
  }

  draw() {
    const view = $("events");
    const first = Math.max(0, Math.floor(view.scrollTop / row_height) - 5);
    const last = Math.min(this.rows.length,
      Math.ceil((view.scrollTop + view.clientHeight) / row_height) + 5);
    const made = [];
    for (let row = first; row < last; ++row) made.push(this.make_row(row));
    $("rows").replaceChildren(...made);
  }

  make_row(row) {
    const operation = this.rows[row] < 0;
    const at = operation ? -1 - this.rows[row] : this.rows[row];
    const event = this.film.events[at];
    const made = element("div", operation ? "operation" : "");
    made.style.top = `${row * row_height}px`;
    made.onclick = () => this.go(at);
    if (operation) {
      made.append(operation_text(this.film, event[0]));
      return made;
    }
    const who = actors[event[1]];
    made.append(element("span", "number", at), element("span", `who by-${who}`, who), event[2]);
    if (at === this.at) made.classList.add("here");
    if (this.film.violation && this.film.violation.event === at) {
      made.classList.add("broken");
      made.append(element("span", "", `✗ ${this.film.violation.id}`));
    }
    made.dataset.event = at;
    made.title = event[2];
    return made;
  }
}

function operation_text(film, step) {
  if (step === 0) return "the beginning";
  return step <= film.operations.length ? `${step}  ${film.operations[step - 1]}` : "the end";
}

// --- The page ------------------------------------------------------------------------------------

class Page {
  constructor(films) {
    this.films = films;
    for (const [i, film] of films.entries()) {
      const option = element("option", "", `${film.kernel}: ${film.trace}` +
        (film.violation ? ` ✗ ${film.violation.id}` : ""));
      option.value = i;
      $("play").append(option);
    }
    for (const [name, meaning] of owners) {
      const sign = element("span", name, name);
      sign.title = meaning;
      $("legend").append(sign);
    }
    for (const each of ["header", "#controls", "main"]) document.querySelector(each).hidden = false;
    $("choice").hidden = films.length === 1;
    $("kernel").hidden = films.length !== 1;
    this.listen();
    this.follow_hash();
  }

  listen() {
    const jumps = {
      first: () => 0, last: () => this.last(),
      back: () => this.at() - 1, forth: () => this.at() + 1,
      "op-back": () => this.operation_before(), "op-forth": () => this.operation_after(),
      "go-violation": () => this.film.violation.event,
    };
    for (const [id, where] of Object.entries(jumps)) $(id).onclick = () => this.go(where());
    $("slider").oninput = () => this.go(Number($("slider").value));
    $("play").onchange = () => this.open(Number($("play").value));
    const keys = { ArrowLeft: "back", ArrowRight: "forth", Home: "first", End: "last",
      PageUp: "op-back", PageDown: "op-forth", v: "go-violation" };
    document.addEventListener("keydown", (event) => {
      const id = keys[event.key];
      if (!id || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.tagName === "SELECT") return;
      event.preventDefault();
      if (id !== "go-violation" || this.film.violation) $(id).click();
    });
    window.addEventListener("hashchange", () => this.follow_hash());
  }

  at() { return this.state.at; }
  last() { return this.film.events.length - 1; }

  operation_before() {
    const events = this.film.events;
    let at = this.at();
    if (at > 0 && events[at - 1][0] !== events[at][0]) --at;
    while (at > 0 && events[at - 1][0] === events[at][0]) --at;
    return at;
  }

  operation_after() {
    const events = this.film.events;
    let at = this.at();
    while (at < this.last() && events[at + 1][0] === events[at][0]) ++at;
    return at + 1;
  }

  /** "#play=1&step=12" */
  follow_hash() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const number = Number(asked.get("play"));
    const play = this.films[number] ? number : 0;
    if (!this.film || this.film !== this.films[play]) this.open(play);
    if (asked.has("step")) this.go(Number(asked.get("step")));
  }

  open(play) {
    this.play = play;
    const film = this.film = this.films[play];
    $("play").value = play;
    $("trace").textContent = film.trace;
    $("kernel").textContent = film.kernel;
    $("summary").textContent = film.summary;
    this.state = new Projector(film);
    this.marked = [];  // rings in which changes are shown
    this.views = this.state.rings.map((ring, i) => new RingView(i, ring, film));
    $("rings").replaceChildren(...this.views.map((each) => each.box));
    for (const view of this.views) view.draw(new Set());
    this.list = new EventList(film, (at) => this.go(at));
    $("slider").max = Math.max(0, this.last());
    this.show_violation(film.violation);
    this.go(film.violation ? film.violation.event : 0);
  }

  show_violation(found) {
    $("violation").hidden = $("mark").hidden = !found;
    if (!found) return;
    $("invariant").textContent = found.id;
    $("demands").textContent = found.demands;
    $("seen").textContent = found.seen;
    $("mark").style.left = `${100 * found.event / Math.max(1, this.last())}%`;
  }

  go(wanted) {
    if (this.last() < 0) {
      $("place").textContent = "no events";
      return;
    }
    const at = Math.min(Math.max(0, Math.trunc(wanted) || 0), this.last());
    this.state.go(at);
    const changed = this.state.changed();
    const marked = [...changed].map((each) => Number(each.split("/")[0]));
    for (const each of new Set([...this.state.touched, ...this.marked, ...marked])) {
      this.views[each]?.draw(changed);
    }
    this.marked = marked;
    this.state.touched.clear();
    document.querySelector(".changed")?.scrollIntoView({ block: "nearest" });
    this.tell(at);
    // Not at each step: browsers refuse addresses that change too often.
    clearTimeout(this.settling);
    this.settling = setTimeout(() => history.replaceState(null, "",
      `#${this.play ? `play=${this.play}&` : ""}step=${at}`), 300);
  }

  tell(at) {
    const film = this.film, [step, who, text] = film.events[at];
    const broken = Boolean(film.violation && film.violation.event === at);
    document.body.dataset.event = at;
    $("scene").classList.toggle("broken-here", broken);
    $("now").classList.toggle("broken", broken);
    $("now-operation").textContent = operation_text(film, step);
    $("now-who").textContent = actors[who];
    $("now-who").className = `who by-${actors[who]}`;
    $("now-text").textContent = text;
    $("slider").value = at;
    $("place").textContent = `event ${at} of ${this.last()}`;
    for (const id of ["first", "back", "op-back"]) $(id).disabled = at === 0;
    for (const id of ["last", "forth", "op-forth"]) $(id).disabled = at === this.last();
    this.list.show(at);
    this.draw_requests();
    $("waiting").textContent = film.kernel_seen
      ? `${this.state.waiting} completions are posted and not handled yet.`
      : "This kernel does not tell what it does: heads are as far as completions have shown.";
  }

  draw_requests() {
    const all = this.state.requests;
    $("in-flight").textContent = all.size;
    const rows = [];
    const oldest = [...all].sort(([one], [other]) => one - other).slice(0, requests_shown);
    for (const [number, [state, completions]] of oldest) {
      const [title, user] = this.film.requests[number];
      const row = element("tr");
      row.append(element("td", "", title), element("td", "", user),
        element("td", "", request_words[state]), element("td", "", completions));
      rows.push(row);
    }
    $("requests").hidden = all.size === 0;
    $("requests").tBodies[0].replaceChildren(...rows);
  }
}

new Page(JSON.parse($("films").textContent));

// Big buttons that play what is left of a sound at the chosen layer, its controls, and a walk up the layers.
const SIGNS = {
  play: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5.2v13.6L19 12z"/></svg>',
  stop: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6.5 6.5h11v11h-11z"/></svg>',
  walk: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 20v-4h5v-4h5V8h5V4h3v7h-5v4h-5v4H6v1z"/></svg>',
}
const PAUSE = 250 // ms between two sounds of the walk
const NEARLY = 0.2 // s before its end from which a sound counts as heard to the end

class PlayButton {
  constructor(name, wide) {
    this.element = make("button", wide ? "lent wide" : "lent")
    this.sign = make("span", "sign")
    this.title = make("b", "")
    this.said = make("span", "said")
    const texts = make("span", "texts")
    texts.append(this.title, this.said)
    this.element.type = "button"
    this.element.dataset.name = name
    this.element.append(this.sign, texts)
    this.rest = "play"
    this.playing(false)
  }
  write(title, said) {
    this.title.textContent = title
    this.said.textContent = said
    this.said.hidden = !said
  }
  playing(on) {
    this.sign.innerHTML = on ? SIGNS.stop : SIGNS[this.rest]
    this.element.ariaPressed = String(on)
  }
}

class Echo {
  constructor(list) {
    this.list = list
    this.sounds = new Map()
    this.buttons = {}
    for (const kind of ["original", "layer", "untaught", "mean", "detour"]) this.add(kind, false)
    this.add("walk", true)
    this.buttons.walk.rest = "walk"
    this.walking = null
    this.offs = [
      strata.on("playing", (name) => this.heard(name)),
      strata.on("chosen", () => this.write()),
      strata.on("feed", (kind) => kind === "echo" && this.take()),
    ]
  }
  add(kind, wide) {
    const button = new PlayButton(kind, wide)
    button.element.onclick = () => (kind === "walk" ? this.walk() : this.press(kind))
    this.buttons[kind] = button
    this.list.append(button.element)
  }
  show(told) {
    this.told = told
    this.list.role = "group"
    this.list.ariaLabel = told.name
    this.take()
  }
  // Sounds come in several parcels; a newer clip's replace those of the one before.
  async take() {
    const trees = await Promise.all(strata.of("echo").map(({ bytes }) => unpack(bytes)))
    this.sounds = new Map()
    for (const tree of trees)
      if (tree.about === this.told?.about) for (const sound of tree.sounds) this.sounds.set(sound.name, sound)
    this.write()
  }
  get stop() {
    const { stops } = this.told
    const value = Math.max(stops[0].value, Math.min(stops.at(-1).value, strata.chosen.layer ?? stops[0].value))
    return stops[value - stops[0].value]
  }
  nameOf(kind) {
    return kind === "layer" || kind === "untaught" ? `${kind}:${this.stop.value}` : kind
  }
  write() {
    if (!this.told) return
    const { words } = this.told
    const stop = this.stop
    for (const kind of Object.keys(this.buttons)) {
      const { element } = this.buttons[kind]
      const there = kind === "walk" ? this.way().length > 1 : this.sounds.has(this.nameOf(kind))
      const own = kind === "layer" ? stop.said : kind === "untaught" ? stop.untaught : words[kind].said
      this.buttons[kind].write(fill(words[kind].title, { stop: stop.name }), there ? own : words.wait)
      element.disabled = !there
      element.style.setProperty("--own", kind === "layer" ? stop.colour : "transparent")
    }
    this.mark()
  }
  mark() {
    for (const kind of Object.keys(this.buttons)) {
      const own = kind === "walk" ? this.walking !== null : !this.walking && this.now === this.nameOf(kind)
      this.buttons[kind].playing(own)
    }
  }
  press(kind) {
    this.walking = null
    if (this.buttons[kind].element.ariaPressed === "true") return strata.emit("pause")
    this.lend(this.sounds.get(this.nameOf(kind)))
  }
  lend(sound) {
    strata.sound()
    this.begun = performance.now()
    this.length = sound.pcm.values.length / sound.rate
    strata.emit("lend", { name: sound.name, pcm: sound.pcm.values, rate: sound.rate })
  }
  way() {
    return this.told.stops.filter(({ value }) => value >= 0 && this.sounds.has(`layer:${value}`))
  }
  walk() {
    if (this.walking) {
      this.walking = null
      return strata.emit("pause")
    }
    this.walking = this.way()
    this.step()
  }
  step() {
    const next = this.walking.shift()
    if (!next) {
      this.walking = null
      return this.mark()
    }
    this.awaited = `layer:${next.value}`
    strata.emit("choose", { layer: next.value })
    this.lend(this.sounds.get(this.awaited))
  }
  // What plays has changed; a sound that was stopped before its end ends the walk.
  heard(name) {
    this.now = name
    if (this.walking && name && name === this.awaited) this.awaited = ""
    else if (this.walking && !name && !this.awaited) {
      const whole = (performance.now() - this.begun) / 1000 > this.length - NEARLY
      if (whole) return setTimeout(() => this.walking && this.step(), PAUSE)
      this.walking = null
    }
    this.mark()
  }
  close() {
    this.offs.forEach((off) => off())
  }
}

const echoes = new WeakMap()
export default function ({ data: bytes, parentElement }) {
  const told = spelled(bytes)
  if (!told) return
  let list = parentElement.querySelector(".lents")
  if (!list) parentElement.append((list = make("div", "lents")))
  if (!echoes.has(list)) echoes.set(list, new Echo(list))
  echoes.get(list).show(told)
  // what plays goes on when the page is only written anew
  return () =>
    setTimeout(() => {
      if (list.isConnected) return
      echoes.get(list)?.close()
      echoes.delete(list)
    }, 1000)
}

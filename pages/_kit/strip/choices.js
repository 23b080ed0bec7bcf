// One control for everything that is chosen: layer, head, unit, and whatever else a page stacks.
function choicesIn(specs, found = new Map()) {
  for (const spec of specs) {
    if (spec.kind !== "choice") continue
    if (!found.has(spec.choice)) found.set(spec.choice, spec)
    choicesIn(spec.options.slice(0, 1), found)
  }
  return found
}

class ChoiceElement {
  constructor(spec, strip) {
    this.name = spec.choice
    this.element = make("div", "choice")
    this.label = make("label", "")
    this.slider = make("input", "")
    this.slider.type = "range"
    this.slider.min = 0
    this.slider.step = 1
    this.slider.id = `choice-${spec.choice}`
    this.label.htmlFor = this.slider.id
    this.less = iconButton("step", "−", "")
    this.more = iconButton("step", "+", "")
    this.value = make("output", "")
    this.slider.oninput = () => strip.choose(this.name, this.base + Number(this.slider.value))
    this.slider.onchange = () => strip.report(300)
    this.less.onclick = () => this.step(-1, strip)
    this.more.onclick = () => this.step(1, strip)
    this.element.append(this.label, this.less, this.slider, this.more, this.value)
  }
  step(by, strip) {
    const value = Math.max(0, Math.min(this.count - 1, Number(this.slider.value) + by))
    strip.choose(this.name, this.base + value)
    strip.report(300)
  }
  show(spec, chosen, words) {
    this.count = spec.options.length
    this.base = spec.base
    const value = Math.max(0, Math.min(this.count - 1, (chosen[spec.choice] ?? spec.first) - spec.base))
    this.label.textContent = spec.label
    this.less.ariaLabel = fill(words.less, { name: spec.label })
    this.more.ariaLabel = fill(words.more, { name: spec.label })
    this.slider.max = this.count - 1
    this.slider.value = value
    this.slider.ariaValueText = spec.labels[value]
    this.value.textContent = spec.labels[value]
    this.less.disabled = value === 0
    this.more.disabled = value === this.count - 1
    const colours = spec.colours
    const shades = colours.map((colour, index) => `${colour} ${(100 * index) / colours.length}% ${(100 * (index + 1)) / colours.length}%`)
    this.element.style.setProperty("--track", shades.length ? `linear-gradient(90deg, ${shades.join(",")})` : "var(--faint)")
    this.element.style.setProperty("--thumb", colours[value] ?? "var(--st-primary-color)")
  }
}

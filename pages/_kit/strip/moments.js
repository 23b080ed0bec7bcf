// Buttons that play a stretch of the clip and show it on the strip.
const GO = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5.2v13.6L19 12z"/></svg>'

function momentButton(moment, words) {
  const button = make("button", "")
  const start = seconds(moment.start)
  const end = seconds(moment.end)
  button.type = "button"
  button.innerHTML = GO
  button.ariaLabel = fill(words.play, { start, end, label: moment.label }) + (moment.value ? `, ${moment.value}` : "")
  const label = Object.assign(make("b", ""), { textContent: moment.label })
  const span = Object.assign(make("span", ""), { textContent: fill(words.span, { start, end }) })
  const value = Object.assign(make("span", "value"), { textContent: moment.value })
  button.append(...(moment.label ? [label] : []), span, ...(moment.value ? [value] : []))
  const show = () => strata.emit("moments", [moment])
  const hide = () => strata.emit("moments", [])
  Object.assign(button, { onpointerenter: show, onfocus: show, onpointerleave: hide, onblur: hide })
  button.onclick = () => {
    strata.sound()
    strata.emit("play", [[moment.start, moment.end]])
  }
  return button
}

export default function ({ data: bytes, parentElement }) {
  const data = spelled(bytes)
  let list = parentElement.querySelector(".moments")
  if (!list) {
    list = make("ul", "moments")
    parentElement.append(list)
  }
  list.ariaLabel = data.name
  list.replaceChildren(
    ...data.moments.map((moment) => {
      const item = make("li", "")
      item.append(momentButton(moment, data.words))
      return item
    }),
  )
  return () => strata.emit("moments", [])
}

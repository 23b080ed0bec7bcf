// Buttons that play a changed sound in the clip's place: the strip's playhead runs along.
const SIGNS = {
  play: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5.2v13.6L19 12z"/></svg>',
  stop: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6.5 6.5h11v11h-11z"/></svg>',
}

function lentButton(sound) {
  const button = make("button", "lent")
  const name = Object.assign(make("b", ""), { textContent: sound.title })
  const said = Object.assign(make("span", "said"), { textContent: sound.said })
  const sign = make("span", "sign")
  const texts = make("span", "texts")
  texts.append(name, ...(sound.said ? [said] : []))
  button.type = "button"
  button.append(sign, texts)
  button.dataset.name = sound.name
  const show = (playing) => {
    const own = playing === sound.name
    sign.innerHTML = own ? SIGNS.stop : SIGNS.play
    button.ariaPressed = String(own)
  }
  show("")
  button.onclick = () => {
    if (button.ariaPressed === "true") return strata.emit("pause")
    strata.sound()
    strata.emit("lend", { name: sound.name, pcm: sound.pcm.values, rate: sound.rate })
  }
  return { button, show }
}

const offs = new WeakMap()
export default function ({ data: bytes, parentElement }) {
  let list = parentElement.querySelector(".lents")
  if (!list) parentElement.append((list = make("div", "lents")))
  unpack(bytes).then((tree) => {
    const buttons = tree.sounds.map(lentButton)
    list.role = "group"
    list.ariaLabel = tree.name
    list.replaceChildren(...buttons.map(({ button }) => button))
    offs.get(list)?.()
    offs.set(list, strata.on("playing", (name) => buttons.forEach(({ show }) => show(name))))
  })
  return () => offs.get(list)?.()
}

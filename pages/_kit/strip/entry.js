// Where Streamlit calls the strip.
const baseRows = (clip, words) => [
  { kind: "ruler", name: "", identity: "ruler" },
  { kind: "wave", name: words.wave, help: words.wave_help, pcm: clip.pcm.values, rate: clip.rate, identity: clip.pcm.hash },
  { ...clip.picture, sound: true },
  ...clip.tiers.map((tier) => ({ ...tier, kind: "tier", identity: JSON.stringify(tier.items) })),
]

// Bytes are unpacked once, also when the strip is mounted again.
const trees = new WeakMap()
function opened(feed) {
  if (!trees.has(feed.bytes)) trees.set(feed.bytes, unpack(feed.bytes))
  return trees.get(feed.bytes)
}

const strips = new WeakMap()
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".strip")
  if (!root || !data) return
  if (!strips.has(root)) strips.set(root, new Strip(root, data.words))
  const strip = strips.get(root)
  strip.tell = setStateValue
  stick(parentElement, root, data.sticky)
  strip.relook()
  return () => {
    strip.close()
    strips.delete(root)
  }
}

// Keeps the strip in sight while the page scrolls, where it leaves room for the page.
const MOST_OF_SCREEN = 0.5
function stick(parentElement, root, wanted) {
  const place = parentElement.host?.closest("[data-testid=stElementContainer]")
  if (!place || !wanted) return
  const decide = () => {
    const room = root.offsetHeight < MOST_OF_SCREEN * window.innerHeight && window.innerWidth > 640
    Object.assign(place.style, room ? { position: "sticky", top: "3.75rem", zIndex: 90 } : { position: "", top: "", zIndex: "" })
  }
  if (!root.watched) (root.watched = new ResizeObserver(decide)).observe(root)
  decide()
}

// Where Streamlit calls the strip.
// A picture counts for its own clip only: the next clip's may come a moment later.
const baseRows = (clip, picture, words) => [
  { kind: "ruler", name: "", identity: "ruler" },
  { kind: "wave", name: words.wave, help: words.wave_help, pcm: clip.pcm.values, rate: clip.rate, identity: clip.pcm.hash },
  ...(picture?.clip === clip.clip ? [{ ...picture.picture, sound: true }] : []),
  ...clip.tiers.map((tier) => ({ ...tier, kind: "tier", identity: JSON.stringify(tier.items) })),
]

// Bytes are unpacked once, also when the strip is mounted again.
const trees = new WeakMap()
function opened(feed) {
  if (!trees.has(feed.bytes)) trees.set(feed.bytes, unpack(feed.bytes))
  return trees.get(feed.bytes)
}

const strips = new WeakMap()
export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = spelled(bytes)
  const root = parentElement.querySelector(".strip")
  if (!root || !data) return
  if (!strips.has(root)) strips.set(root, new Strip(root, data.words))
  const strip = strips.get(root)
  strip.tell = setStateValue
  if (data.sticky) strip.stay ??= new Stay(parentElement.host, root)
  strip.relook()
  return () => {
    strip.close()
    strip.stay?.close()
    strips.delete(root)
  }
}

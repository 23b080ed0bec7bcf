// The place in the page where the strip and its neighbours meet; whichever component comes first makes it.
function makeRegistry() {
  const feeds = new Map() // "kind/key" -> { owner, head, bytes }
  const ears = new Map() // event -> set of functions
  let context = null
  const registry = {
    chosen: {},
    playNext: false,
    on(event, hear) {
      if (!ears.has(event)) ears.set(event, new Set())
      ears.get(event).add(hear)
      return () => ears.get(event).delete(hear)
    },
    emit(event, value) {
      for (const hear of ears.get(event) ?? []) hear(value)
    },
    put(owner, bytes) {
      const head = readHead(bytes)
      const name = `${head.kind}/${head.key}`
      for (const [other, feed] of feeds) if (feed.owner === owner && other !== name) feeds.delete(other)
      const before = feeds.get(name)
      feeds.set(name, { owner, head, bytes })
      if (before?.head.id !== head.id || before.head.order !== head.order) registry.emit("feed", head.kind)
    },
    drop(owner) {
      for (const [name, feed] of feeds) {
        if (feed.owner !== owner) continue
        feeds.delete(name)
        registry.emit("feed", feed.head.kind)
      }
    },
    of(kind) {
      const found = [...feeds.values()].filter((feed) => feed.head.kind === kind)
      return found.sort((one, other) => one.head.order - other.head.order)
    },
    // Browsers let sound start only after a touch or a key: call this while one is being handled.
    sound() {
      context ??= new AudioContext({ latencyHint: "interactive" })
      if (context.state !== "running") context.resume()
      return context
    },
  }
  return registry
}

// What Python wrote with ``small``.
const spelled = (bytes) => (bytes ? JSON.parse(new TextDecoder().decode(bytes)) : null)

function readHead(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  return { ...JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))), body: 4 + length }
}

const strata = (window.strata ??= makeRegistry())

// Plays a piece of another recording; the strip falls silent meanwhile, and the piece when the strip plays.
function makePieces() {
  let source = null
  let playing = ""
  const told = new Set()
  const tell = (name) => {
    playing = name
    for (const hear of told) hear(name)
  }
  const stop = () => {
    if (!source) return
    source.onended = null
    source.stop()
    source = null
    tell("")
  }
  return {
    stop,
    on(hear) {
      told.add(hear)
      return () => told.delete(hear)
    },
    get playing() {
      return playing
    },
    play(name, pcm, rate) {
      strata.emit("pause")
      stop()
      const context = strata.sound()
      const buffer = context.createBuffer(1, pcm.length, rate)
      const samples = buffer.getChannelData(0)
      const fade = Math.min(Math.round(0.004 * rate), pcm.length >> 1)
      for (let i = 0; i < pcm.length; i++) samples[i] = (pcm[i] / 32767) * Math.min(1, (i + 1) / fade, (pcm.length - i) / fade)
      source = new AudioBufferSourceNode(context, { buffer })
      source.connect(context.destination)
      source.onended = () => {
        source = null
        tell("")
      }
      source.start()
      tell(name)
    },
  }
}

// One for the whole page, so that nothing is heard twice at once.
const pieces = (strata.pieces ??= makePieces())

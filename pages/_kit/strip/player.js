// Plays stretches of the clip without gaps, and knows to the millisecond where it is.
const FADE = 0.003 // s, so that a cut in the middle of a wave does not click

function bufferOf(context, pcm, rate) {
  const buffer = context.createBuffer(1, pcm.length, rate)
  const samples = buffer.getChannelData(0)
  for (let i = 0; i < samples.length; i++) samples[i] = pcm[i] / 32767
  return buffer
}

class Player {
  constructor(changed) {
    this.changed = changed
    this.at = 0
    this.source = null
    this.queue = []
    this.lent = ""
  }
  load(pcm, rate) {
    this.stop()
    this.at = 0
    this.pcm = pcm
    this.rate = rate
    this.buffer = null
  }
  get playing() {
    return this.source !== null
  }
  get length() {
    return this.pcm ? this.pcm.length / this.rate : 0
  }
  sound(context) {
    this.buffer ??= bufferOf(context, this.pcm, this.rate)
    return this.buffer
  }
  // Plays another sound of the same length in the clip's place, once.
  playLent({ name, pcm, rate }) {
    if (!this.pcm) return
    this.play(0, [0, this.length], false, bufferOf(strata.sound(), pcm, rate))
    this.lent = name
    this.changed()
  }
  // Plays from `from` to the end of [start, end]; with loop, that stretch again and again.
  play(from, [start, end], loop, lent) {
    if (!this.pcm || end <= start) return
    this.stop()
    const context = strata.sound()
    const source = new AudioBufferSourceNode(context, { buffer: lent ?? this.sound(context) })
    const gain = new GainNode(context, { gain: 0 })
    source.connect(gain).connect(context.destination)
    const begun = context.currentTime + 0.005
    gain.gain.setValueAtTime(0, begun)
    gain.gain.linearRampToValueAtTime(1, begun + FADE)
    if (loop) Object.assign(source, { loop: true, loopStart: start, loopEnd: end })
    else {
      gain.gain.setValueAtTime(1, Math.max(begun + FADE, begun + end - from - FADE))
      gain.gain.linearRampToValueAtTime(0, Math.max(begun + 2 * FADE, begun + end - from))
    }
    if (loop) source.start(begun, from)
    else source.start(begun, from, end - from)
    source.onended = () => this.ended(source, start)
    this.source = source
    this.run = { context, begun, from, start, end, loop }
    this.changed()
  }
  // Plays stretches one after another, such as what attends and what it attends to.
  playAll(stretches) {
    const [first, ...rest] = stretches
    if (!first) return
    this.play(first[0], first, false)
    this.queue = rest
  }
  ended(source, start) {
    if (source !== this.source) return
    this.source = null
    this.at = start
    this.lent = ""
    if (this.queue.length) this.playAll(this.queue)
    else this.changed()
  }
  stop() {
    this.queue = []
    this.lent = ""
    if (!this.source) return
    this.at = this.position
    const source = this.source
    this.source = null
    source.onended = null
    source.stop()
    source.disconnect()
  }
  pause() {
    this.stop()
    this.changed()
  }
  get position() {
    if (!this.source) return this.at
    const { context, begun, from, start, end, loop } = this.run
    const heard = context.currentTime - begun - (context.outputLatency || 0)
    const at = from + Math.max(0, heard)
    if (!loop) return Math.min(at, end)
    return at < end ? at : start + ((at - start) % (end - start))
  }
}

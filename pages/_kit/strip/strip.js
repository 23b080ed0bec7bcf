// The strip itself: what it holds, and what happens when something of it changes.
class Strip extends Screen {
  constructor(root, words) {
    super()
    this.root = root
    this.words = words
    this.view = new View(1)
    this.player = new Player(() => this.played())
    this.chosen = {}
    this.turn = 0
    this.loop = false
    this.region = null
    this.base = []
    this.specs = []
    this.overs = []
    this.controls = new Map()
    this.elements = new Map()
    this.tables = {}
    this.find()
    this.gestures = new Gestures(this, this.surface)
    this.offs = [
      strata.on("feed", (kind) => this.fed(kind)),
      strata.on("moments", (moments) => this.showMoments(moments)),
      strata.on("play", (stretches) => this.player.playAll(stretches)),
      strata.on("lend", (lent) => this.player.playLent(lent)),
      strata.on("pause", () => this.player.pause()),
      strata.on("select", (region) => this.select(region, true)),
      strata.on("choose", (changes) => this.chooseAll(changes)),
      strata.on("toggle", () => this.toggle()),
    ]
    this.observer = new ResizeObserver(() => this.measure())
    this.observer.observe(root)
    // letters drawn before their font has come are drawn again
    document.fonts.addEventListener("loadingdone", this.fontsCame)
    for (const kind of ["offer", "clip", "picture", "rows"]) this.fed(kind)
    this.tick()
  }
  fontsCame = () => this.relook()
  close() {
    this.closed = true
    this.player.stop()
    this.observer.disconnect()
    document.fonts.removeEventListener("loadingdone", this.fontsCame)
    for (const off of this.offs) off()
  }


  async fed(kind) {
    if (kind === "offer") return this.takeOffer()
    if (kind === "clip") return this.takeClip()
    if (kind === "picture") return this.takePicture()
    if (kind === "rows") return this.takeRows()
  }
  async takeClip() {
    const feed = strata.of("clip")[0]
    if (!feed || feed.head.id === this.clipId) return
    this.clipId = feed.head.id
    const clip = await opened(feed)
    if (this.closed || this.clipId !== feed.head.id) return
    this.clip = clip
    this.view = new View(clip.seconds)
    this.player.load(clip.pcm.values, clip.rate)
    this.base = baseRows(clip, this.picture, this.words)
    Object.assign(this.tables, clip.tables)
    this.setRegion(this.offered?.clip === this.clipId ? this.offered.region ?? null : null)
    this.root.dataset.clip = clip.clip
    strata.clip = { id: this.clipId, seconds: clip.seconds, tiers: clip.tiers }
    this.rebuild()
    strata.emit("clip", strata.clip)
    if (strata.playNext) this.toggle()
    strata.playNext = false
  }
  async takePicture() {
    const feed = strata.of("picture")[0]
    if (!feed || feed.head.id === this.pictureId) return
    this.pictureId = feed.head.id
    const tree = await opened(feed)
    if (this.closed || this.pictureId !== feed.head.id) return
    this.picture = tree
    Object.assign(this.tables, tree.tables)
    if (!this.clip) return
    this.base = baseRows(this.clip, tree, this.words)
    this.rebuild()
  }
  async takeRows() {
    const feeds = strata.of("rows")
    const trees = await Promise.all(feeds.map(opened))
    if (this.closed || feeds.some((feed, index) => strata.of("rows")[index]?.head.id !== feed.head.id)) return
    const specs = trees.flatMap((tree) => tree.rows)
    this.specs = specs.filter((spec) => !isOver(spec))
    this.overs = specs.filter(isOver)
    for (const tree of trees) Object.assign(this.tables, tree.tables)
    this.rebuild()
  }
  // Python's wishes count unless the visitor has chosen something newer meanwhile.
  async takeOffer() {
    const feed = strata.of("offer")[0]
    if (!feed || feed.head.id === this.offerId) return
    this.offerId = feed.head.id
    const offer = await opened(feed)
    this.offered = offer
    if (offer.turn < this.turn) return
    this.turn = offer.turn
    Object.assign(this.chosen, offer.now)
    strata.chosen = this.chosen
    if (offer.clip === this.clipId) this.setRegion(offer.region)
    this.redraw()
    strata.emit("chosen", this.chosen)
  }

  tick() {
    if (this.closed) return
    if (this.player.playing) {
      const at = this.player.position
      const { start } = this.view
      this.view.reveal(at)
      if (start !== this.view.start) this.redraw()
      else this.moveHead(this.surface.clientWidth)
      requestAnimationFrame(() => this.tick())
    } else this.resting = true
  }


  choose(name, value) {
    const begun = performance.now()
    this.chosen[name] = value
    strata.chosen = this.chosen
    this.redraw()
    this.root.dataset.switch = (performance.now() - begun).toFixed(2)
    strata.emit("chosen", this.chosen)
  }
  chooseAll(changes) {
    Object.assign(this.chosen, changes)
    for (const [name, value] of Object.entries(changes)) this.choose(name, value)
    this.report(200)
  }
  report(wait = 0) {
    this.turn += 1
    clearTimeout(this.later)
    const told = { ...this.chosen, region: this.region, clip: this.clipId, turn: this.turn }
    this.later = setTimeout(() => this.tell?.("chosen", told), wait)
  }
  setRegion(region) {
    this.region = region && this.clip ? [Math.max(0, region[0]), Math.min(this.view.seconds, region[1])] : null
    this.said.textContent = this.regionText()
    this.clear.hidden = !this.region
    this.root.dataset.region = this.region ? this.region.map((second) => second.toFixed(3)).join(" ") : ""
    strata.region = this.region
    strata.emit("region", this.region)
    this.refresh()
  }
  select(region, play = false) {
    const before = JSON.stringify(this.region)
    this.setRegion(region)
    this.live.textContent = this.said.textContent
    if (play && this.region) this.player.play(this.region[0], this.region, this.loop)
    else if (!this.region && this.player.playing) this.resume()
    if (JSON.stringify(this.region) !== before || play) this.report()
  }
  regionText() {
    if (!this.clip) return ""
    if (!this.region) return fill(this.words.whole, { seconds: seconds(this.view.seconds) })
    const [start, end] = this.region
    const label = this.saidIn(start, end)
    return fill(label ? this.words.region_said : this.words.region, { start: seconds(start), end: seconds(end), label })
  }
  // The words of which at least half lie in the stretch; where there is none, the phones.
  saidIn(start, end) {
    for (const name of ["word", "syllable", "phone"]) {
      const items = this.clip.tiers.find((tier) => tier.name === name)?.items ?? []
      const inside = items.filter(([from, to, label]) => label && Math.min(to, end) - Math.max(from, start) >= (to - from) / 2)
      if (inside.length) return inside.map((item) => item[2]).join(" ")
    }
    return ""
  }
  labelAt(second) {
    const tier = this.clip?.tiers.find((one) => one.name === "word") ?? this.clip?.tiers[0]
    return (tier && itemAt(tier.items, second)?.[2]) || ""
  }
  get stretch() {
    return this.region ?? [0, this.view.seconds]
  }
  resume() {
    const [start, end] = this.stretch
    const at = this.player.position
    this.player.play(at >= start && at < end - 0.01 ? at : start, [start, end], this.loop)
  }
  toggle() {
    if (this.player.playing) this.player.pause()
    else this.resume()
  }
  setLoop(loop) {
    this.loop = loop
    this.loopButton.ariaPressed = String(loop)
    if (this.player.playing) this.resume()
  }
  played() {
    const { playing } = this.player
    this.root.dataset.playing = playing
    strata.emit("playing", playing ? this.player.lent : "")
    this.playButton.ariaLabel = this.playButton.title = playing ? this.words.pause : this.words.play
    if (playing && this.resting) (this.resting = false), this.tick()
    if (this.clip) this.moveHead(this.surface.clientWidth)
  }
  seek(second) {
    const at = Math.min(this.view.seconds, Math.max(0, second))
    const { playing } = this.player
    this.player.stop()
    this.player.at = at
    this.view.reveal(at)
    if (playing && at < this.view.seconds - 0.01) {
      const [start, end] = this.stretch
      this.player.play(at, at >= start && at < end ? [start, end] : [at, this.view.seconds], this.loop && at >= start && at < end)
    } else this.played()
    this.redraw()
  }
  zoom(factor) {
    if (factor) this.view.zoom(factor, this.region ? (this.region[0] + this.region[1]) / 2 : this.player.position)
    else this.view.place(0, this.view.seconds)
    this.refresh()
  }
  click(event, second) {
    const element = this.rowUnder(event)
    const item = element?.row.items && itemAt(element.row.items, second)
    if (item?.[2]) return this.select([item[0], item[1]], true)
    if (element?.row.units?.length) this.chooseLine(element, event)
    this.seek(second)
  }
  chooseLine({ row, plot }, event) {
    const box = plot.getBoundingClientRect()
    this.choose(row.chooses, row.units[bandAt(row, (event.clientY - box.top) / box.height)])
    this.report()
  }
  tierForKeys() {
    return this.base.find((row) => row.name === "word") ?? this.base.find((row) => row.kind === "tier")
  }
  pickAt(second) {
    const item = itemAt(this.tierForKeys()?.items ?? [], second)
    if (item?.[2]) this.select([item[0], item[1]], true)
  }
  nextInterval(way) {
    const items = (this.tierForKeys()?.items ?? []).filter((item) => item[2])
    const at = this.region?.[0] ?? this.player.position
    const next = way > 0 ? items.find((item) => item[0] > at + 1e-3) : items.findLast((item) => item[0] < at - 1e-3)
    if (!next) return
    this.view.reveal(next[0])
    this.select([next[0], next[1]], true)
  }
}

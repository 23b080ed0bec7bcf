"""Real recordings open as they are; see the fixture for where they are looked for."""

import pytest
import soundfile

from core.sound import decode
from core.spectrogram import spectrogram
from core.window import fits, overview, take

# seconds as listed by the publisher of these clips, github.com/librosa/data
CLIPS = {
    "198-209-0000": 13.9,
    "3436-172162-0000": 16.7,
    "5703-47212-0000": 14.8,
    "456440__inspectorj__bird-whistling-robin-single-13": 2.7,
    "sorohanro_-_solo-trumpet-06": 5.3,
    "glacier-bay-humpback": 64.8,
}


@pytest.mark.parametrize("name", CLIPS)
def test_every_librosa_clip_opens_with_its_length_and_rate(name, recordings):
    path = recordings / "librosa" / f"{name}.ogg"
    sound = decode(path.name, path.read_bytes())
    assert sound.clip.seconds == pytest.approx(CLIPS[name], abs=0.05)
    info = soundfile.info(path)
    assert (sound.clip.sample_rate, sound.clip.samples.size) == (info.samplerate, info.frames)
    assert sound.container == "Ogg"
    assert not any("cut short" in notice for notice in sound.notices)
    found = spectrogram(sound.clip)
    assert found.time.centres()[-1] == pytest.approx(sound.clip.seconds, abs=found.time.step)


@pytest.mark.parametrize("speaker", ["jackson", "theo", "nicolas", "lucas"])
def test_a_digit_of_every_speaker_opens(speaker, recordings):
    path = recordings / "fsdd" / f"7_{speaker}_0.wav"
    sound = decode(path.name, path.read_bytes())
    # 16 bit mono after a header of 44 bytes
    assert sound.clip.samples.size == (path.stat().st_size - 44) // 2
    assert (sound.clip.sample_rate, sound.channels) == (8000, 1)
    assert 0.1 < sound.clip.seconds < 2


def test_the_whale_needs_a_window(recordings):
    clip = decode("whale", (recordings / "librosa" / "glacier-bay-humpback.ogg").read_bytes()).clip
    assert not fits(clip)
    assert overview(clip).seconds == clip.seconds
    assert take(clip, 20.0).seconds == pytest.approx(30.0, abs=1 / clip.sample_rate)

// Package clips speaks announcements in recorded words (语音包) on a sound card:
// the packs are of devices/voice/clips, the sound goes through aplay of
// alsa-utils, a child process for each announcement. A sound server or a card's
// driver that crashes takes the child along and nothing else, and the next
// announcement has a new one. Or the sound goes into a WAV file, for a hall that
// is only simulated, and for proof.
//
//	aplay:default           the card that ALSA is set to
//	aplay:plughw:1,0        card 1, device 0, as "aplay -l" lists them
//	wav:/var/lib/x/all.wav  appended to the file; beside it all.wav.txt, a line
//	                        for each announcement: start, end, what was said
//
// Written from aplay(1) of alsa-utils 1.2.8 (raw samples on its standard input,
// S16_LE, one channel; exit code 1 with the reason on standard error) and from
// the RIFF WAVE format, "Multimedia Programming Interface and Data
// Specifications 1.0", 1991.
//
// Clips speak the words of the grammar. Free text, such as a notice, is
// devices.ErrUnspeakable.
package clips

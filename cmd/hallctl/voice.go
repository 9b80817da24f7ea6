package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hallward/devices/contract"
	"hallward/devices/voice"
	"hallward/devices/voice/clips"
)

// voiceCommand makes, records and checks the hall's recorded voices.
func voiceCommand() *cobra.Command {
	root := &cobra.Command{Use: "voice", Short: "voice packs: make a placeholder, record a speaker, check, listen"}
	root.AddCommand(voiceMakeCommand(), voiceRecordCommand(), voiceCheckCommand(), voiceSayCommand())
	return root
}

func voiceMakeCommand() *cobra.Command {
	var lang, out string
	var words []string
	cmd := &cobra.Command{
		Use: "make", Short: "synthesise a placeholder pack with espeak-ng; not to be used in a hall",
		Example: "  hallctl voice make --lang zh-CN --out packs/placeholder-zh --word 综合",
		Args:    cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := clips.Synthesise(cmd.Context(), lang, out, words)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d clips in %s, a placeholder, not to be used in a hall\n", out, len(p.Sound), lang)
			return nil
		},
	}
	cmd.Flags().StringVar(&lang, "lang", voice.Mandarin, "language, zh-CN or en")
	cmd.Flags().StringVar(&out, "out", "", "folder of the pack")
	cmd.Flags().StringArrayVar(&words, "word", nil, "a word beside the grammar, such as the name of a window; may be repeated")
	cmd.MarkFlagRequired("out")
	return cmd
}

func voiceCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check FOLDER", Short: "check a voice pack: files, levels, missing words",
		Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			p, err := clips.Load(args[0])
			if err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			fmt.Fprintf(w, "%s: %s, %s, by %s, %d clips, %d samples a second\n", p.Name, args[0], p.Language, p.Speaker, len(p.Sound), p.Rate)
			if p.Placeholder {
				fmt.Fprintln(w, "a placeholder, not to be used in a hall")
			}
			if missing := p.Missing(); len(missing) > 0 {
				return fmt.Errorf("%s: no clip for %s", args[0], strings.Join(missing, ", "))
			}
			fmt.Fprintln(w, "every word of the grammar is there")
			return nil
		},
	}
}

func voiceSayCommand() *cobra.Command {
	var folders []string
	var wav string
	var volume int
	var bell bool
	cmd := &cobra.Command{
		Use: "say NUMBER WINDOW", Short: "make the announcement of a call from packs, as a WAV file",
		Example: "  hallctl voice say --pack packs/zh --pack packs/en A001 12 --wav /tmp/call.wav",
		Args:    cobra.ExactArgs(2), RunE: func(cmd *cobra.Command, args []string) error {
			sound, err := sayCall(cmd.OutOrStdout(), folders, args[0], args[1], volume, bell)
			if err != nil {
				return err
			}
			f, err := os.Create(wav)
			if err != nil {
				return err
			}
			return errors.Join(clips.WriteWAV(f, sound.Rate, sound.PCM), f.Close())
		},
	}
	cmd.Flags().StringArrayVar(&folders, "pack", nil, "folder of a pack; one for each language")
	cmd.Flags().StringVar(&wav, "wav", "", "file to write")
	cmd.Flags().IntVar(&volume, "volume", 100, "percent, 1 to 100")
	cmd.Flags().BoolVar(&bell, "chime", true, "a chime before it")
	cmd.MarkFlagRequired("pack")
	cmd.MarkFlagRequired("wav")
	return cmd
}

// sayCall makes the sound of a call, and shows where each clip stands.
func sayCall(w io.Writer, folders []string, number, window string, volume int, bell bool) (clips.Sound, error) {
	var packs []*clips.Pack
	var langs []string
	for _, dir := range folders {
		p, err := clips.Load(dir)
		if err != nil {
			return clips.Sound{}, err
		}
		packs, langs = append(packs, p), append(langs, p.Language)
	}
	set, err := clips.NewSet(packs, clips.SetOpts{})
	if err != nil {
		return clips.Sound{}, err
	}
	call := contract.Call{Number: number, Label: window, Window: window}
	sound, err := set.Render(voice.Speeches(call, langs), bell, volume)
	for _, m := range sound.Missing {
		fmt.Fprintf(w, "no clip for %q in %s\n", m.Clip, m.Lang)
	}
	for _, lang := range langs {
		fmt.Fprintln(w, voice.Caption(call, lang))
	}
	for _, s := range sound.Spans {
		fmt.Fprintf(w, "%7.3f  %7.3f  %s\n", float64(s.Start)/float64(sound.Rate), float64(s.End)/float64(sound.Rate), s.Clip)
	}
	return sound, err
}

// studio records a speaker.
type studio struct {
	in     *bufio.Reader
	out    io.Writer
	record func(ctx context.Context, rate int, length time.Duration) ([]int16, error)
}

func voiceRecordCommand() *cobra.Command {
	m := clips.Manifest{}
	var out, device string
	cmd := &cobra.Command{
		Use: "record", Short: "record a speaker's voice, word by word",
		Long: "Shows one word after the other, with a sentence that it stands in, records it with arecord, judges the level\n" +
			"and the noise, and lets the speaker try again. It can be ended at any time: it goes on at the first word that\n" +
			"is not there.",
		Example: "  hallctl voice record --lang zh-CN --out packs/zh --name 大厅语音 --speaker 李老师 --licence 仅限本大厅使用",
		Args:    cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			m.Rate = 44100
			if !voice.Known(m.Language) {
				return fmt.Errorf("--lang %q: want zh-CN, en or yue", m.Language)
			}
			p, err := clips.Begin(out, m)
			if err != nil {
				return err
			}
			s := &studio{in: bufio.NewReader(cmd.InOrStdin()), out: cmd.OutOrStdout(), record: clips.Microphone(device)}
			return s.session(cmd.Context(), p)
		},
	}
	f := cmd.Flags()
	f.StringVar(&m.Language, "lang", voice.Mandarin, "language, zh-CN, en or yue")
	f.StringVar(&out, "out", "", "folder of the pack")
	f.StringVar(&m.Name, "name", "", "name of the pack")
	f.StringVar(&m.Speaker, "speaker", "", "who lends the voice")
	f.StringVar(&m.Licence, "licence", "", "who may use it, and for what")
	f.StringVar(&device, "device", "default", "microphone, as arecord -D takes it")
	for _, need := range []string{"out", "name", "licence"} {
		cmd.MarkFlagRequired(need)
	}
	return cmd
}

// session records every word that the pack lacks.
func (s *studio) session(ctx context.Context, p *clips.Pack) error {
	words := voice.Vocabulary(p.Language)
	fmt.Fprintln(s.out, "读时语速平稳、音量一致，普通话发音；单独录音，前后各停半秒。")
	fmt.Fprintln(s.out, "Speak evenly and at one level; leave half a second before and after each word.")
	for i, w := range words {
		if p.Sound[w.ID] != nil {
			continue
		}
		done, err := s.word(ctx, p, w, fmt.Sprintf("%d/%d", i+1, len(words)))
		if err != nil || done {
			return err
		}
	}
	fmt.Fprintf(s.out, "录音完成：%s / all words are recorded: %s\n", p.Dir, p.Dir)
	return nil
}

// word records one word until the speaker is content. done ends the session.
func (s *studio) word(ctx context.Context, p *clips.Pack, w voice.Word, place string) (done bool, err error) {
	for {
		optional := ""
		if w.Optional {
			optional = "（可选 optional）"
		}
		fmt.Fprintf(s.out, "\n%s  【%s】%s  例 example: %s\n", place, w.ID, optional, w.Context)
		switch answer, err := s.ask("回车开始录音，s 跳过，q 结束 / Enter to record, s to skip, q to end: "); {
		case err != nil || answer == "q":
			return true, err
		case answer == "s":
			return false, nil
		}
		length := time.Duration(2+len([]rune(w.ID))/4) * time.Second
		pcm, err := s.record(ctx, p.Rate, length)
		if err != nil {
			return true, err
		}
		take := clips.Examine(pcm, p.Rate)
		fmt.Fprintf(s.out, "峰值 peak %.1f dBFS，噪声 noise %.1f dBFS，时长 length %s\n", take.Peak, take.Noise, take.Length)
		for _, f := range take.Faults {
			fmt.Fprintln(s.out, "  !", f)
		}
		question := "回车保存，r 重录 / Enter to keep, r to record again: "
		if len(take.Faults) > 0 {
			question = "回车重录，k 仍然保存 / Enter to record again, k to keep it all the same: "
		}
		answer, err := s.ask(question)
		if err != nil {
			return true, err
		}
		if pcm = clips.Trim(pcm); len(pcm) > 0 && (answer == "k" || answer != "r" && len(take.Faults) == 0) {
			return false, p.Put(w.ID, pcm)
		}
	}
}

// ask reads a line; the end of the input is "q".
func (s *studio) ask(question string) (string, error) {
	fmt.Fprint(s.out, question)
	line, err := s.in.ReadString('\n')
	if errors.Is(err, io.EOF) {
		return "q", nil
	}
	return strings.ToLower(strings.TrimSpace(line)), err
}

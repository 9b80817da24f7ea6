package clips_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"hallward/devices"
	"hallward/devices/driver/voice/clips"
	pack "hallward/devices/voice/clips"
)

func Example() {
	dir, err := os.MkdirTemp("", "voice")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	set, err := pack.NewSet([]*pack.Pack{recorded()}, pack.SetOpts{}) // pack.Load("/var/lib/hallward/voice/zh")
	if err != nil {
		log.Fatal(err)
	}
	file := filepath.Join(dir, "all.wav")
	out, err := clips.OpenOutput("wav:"+file, set.Rate(), true) // "aplay:default" for the loudspeaker
	if err != nil {
		log.Fatal(err)
	}
	v := clips.New(set, out, nil)
	defer v.Close()
	err = v.Say(context.Background(), 0, devices.Announcement{Call: 7, Volume: 80, Speeches: []devices.Speech{
		{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartWord, Text: "请"}, {Kind: devices.PartDigits, Text: "12"}, {Kind: devices.PartWord, Text: "号"}}}}})
	if err != nil {
		log.Fatal(err)
	}
	labels, err := os.ReadFile(file + ".txt")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(labels))
	// Output: 0.000000	0.859955	call 7: 请 一 二 号
}

// recorded is a pack of four words of 100 ms.
func recorded() *pack.Pack {
	word := make([]int16, 2205)
	for i := range word {
		word[i] = int16(8000 * (i%40/20*2 - 1))
	}
	return &pack.Pack{Manifest: pack.Manifest{Language: "zh-CN", Rate: 22050, Gap: 120}, Sound: map[string][]int16{"请": word, "一": word, "二": word, "号": word}}
}

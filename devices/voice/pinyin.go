package voice

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readings are words of a hall as they are read in Mandarin, in toned pinyin
// (R-VOICE-05). The longest word wins, so a character with several readings has
// the right one: 行 is hang2 in 银行 and xing2 in 行政; 号 is hao4 everywhere
// here, never hao2.
var readings = words(`
请 qing3 号 hao4 到 dao4 窗 chuang1 口 kou3 办 ban4 理 li3 您 nin2 好 hao3 欢 huan1 迎 ying2 光 guang1 临 lin2
再 zai4 见 jian4 慢 man4 走 zou3 稍 shao1 等 deng3 零 ling2 一 yi1 二 er4 两 liang3 三 san1 四 si4 五 wu3 六 liu4
七 qi1 八 ba1 九 jiu3 十 shi2 百 bai3 幺 yao1 台 tai2 处 chu4 室 shi4 厅 ting1 区 qu1 楼 lou2 层 ceng2 号码 hao4ma3
综 zong1 合 he2 咨 zi1 询 xun2 投 tou2 诉 su4 费 fei4 收 shou1 取 qu3 件 jian4 证 zheng4 登 deng1 记 ji4 注 zhu4 册 ce4
企 qi3 业 ye4 税 shui4 务 wu4 公 gong1 安 an1 民 min2 政 zheng4 社 she4 保 bao3 医 yi1 婚 hun1 姻 yin1 房 fang2 产 chan3
不 bu4 动 dong4 工 gong1 商 shang1 市 shi4 场 chang3 监 jian1 管 guan3 卫 wei4 生 sheng1 交 jiao1 通 tong1 车 che1 户 hu4 籍 ji2
银行 yin2hang2 行业 hang2ye4 行政 xing2zheng4 执行 zhi2xing2 出行 chu1xing2 会计 kuai4ji4 社会 she4hui4 重新 chong2xin1
重要 zhong4yao4 便民 bian4min2 方便 fang1bian4 调解 tiao2jie3 调查 diao4cha2 还款 huan2kuan3 长期 chang2qi1 家长 jia1zhang3
单位 dan1wei4 传真 chuan2zhen1 处理 chu3li3 更正 geng1zheng4 变更 bian4geng1 参加 can1jia1 缴费 jiao3fei4 审批 shen3pi1
`)

// words reads pairs of a word and its syllables.
func words(table string) map[string][]string {
	fields := strings.Fields(table)
	m := make(map[string][]string, len(fields)/2)
	for i := 0; i+1 < len(fields); i += 2 {
		m[fields[i]] = syllables(fields[i+1])
	}
	return m
}

// syllables cuts "yin2hang2" behind its tones.
func syllables(s string) []string {
	var list []string
	from := 0
	for i, r := range s {
		if r >= '1' && r <= '5' {
			list = append(list, s[from:i+1])
			from = i + 1
		}
	}
	return list
}

// longestWord is the longest entry of readings, in characters.
const longestWord = 4

// Pinyin reads Chinese text in toned pinyin, a syllable for each character:
// 请到12号窗口 is qing3 dao4 shi2 er4 … only after Spell; figures and letters
// have no reading here. Marks are left out. The error names the first character
// without a reading.
func Pinyin(text string) ([]string, error) {
	var list []string
	for text != "" {
		first, size := utf8.DecodeRuneInString(text)
		if unicode.IsPunct(first) || unicode.IsSpace(first) {
			text = text[size:]
			continue
		}
		n, read := reading(text)
		if n == 0 {
			return nil, fmt.Errorf("voice: no reading for %q in %q", first, text)
		}
		list = append(list, read...)
		text = text[n:]
	}
	return list, nil
}

// reading finds the longest word at the beginning of text: its bytes and
// syllables.
func reading(text string) (int, []string) {
	ends := make([]int, 0, longestWord)
	for i, r := range text {
		if len(ends) == longestWord {
			break
		}
		ends = append(ends, i+utf8.RuneLen(r))
	}
	for i := len(ends) - 1; i >= 0; i-- {
		if read := readings[text[:ends[i]]]; read != nil {
			return ends[i], read
		}
	}
	return 0, nil
}

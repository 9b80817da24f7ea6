package voice

import (
	"fmt"
	"strconv"
)

var (
	chineseDigits = [10]string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	englishDigits = [10]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
)

// whole reads a number that is spoken as a value, 0 to 999.
func whole(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 999 {
		return 0, fmt.Errorf("voice: value %q: want 0 to 999", text)
	}
	return n, nil
}

// chineseValue says a number: 12 is 十 二, 105 is 一 百 零 五, 110 is 一 百 一十.
// Before a name that counts, a window is 二号, never 两号. The tens are words of
// their own: as one clip they sound better than as two.
func chineseValue(n int) []string {
	digit := chineseDigits
	var words []string
	if n >= 100 {
		words = append(words, digit[n/100], "百")
		switch rest := n % 100; {
		case rest == 0:
			return words
		case rest < 10:
			return append(words, "零", digit[rest])
		}
	}
	hundreds := n >= 100
	n %= 100
	switch {
	case n < 10:
		return append(words, digit[n])
	case n < 20 && !hundreds:
		words = append(words, "十")
	default:
		words = append(words, digit[n/10]+"十")
	}
	if n%10 > 0 {
		words = append(words, digit[n%10])
	}
	return words
}

var englishTeens = [10]string{"ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"}

var englishTens = [10]string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}

// englishValue says a number: 12 is twelve, 105 is one hundred and five.
func englishValue(n int) []string {
	digit := englishDigits
	var words []string
	if n >= 100 {
		words = append(words, digit[n/100], "hundred")
		if n%100 == 0 {
			return words
		}
		words = append(words, "and")
	}
	switch n %= 100; {
	case n < 10:
		return append(words, digit[n])
	case n < 20:
		return append(words, englishTeens[n-10])
	}
	words = append(words, englishTens[n/10])
	if n%10 > 0 {
		words = append(words, digit[n%10])
	}
	return words
}

package tree

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Eight bytes are looked at together: the arithmetic below sets the top bit of
// each byte that is looked for, and of none before the first such byte.
const (
	ones = 0x0101010101010101
	tops = 0x80 * ones
)

// special is the place of the first quote, backslash or control character, or
// the end.
func special(s []byte, at int) int {
	for ; at+8 <= len(s); at += 8 {
		eight := binary.LittleEndian.Uint64(s[at:])
		quote, slash := eight^'"'*ones, eight^'\\'*ones
		found := ((quote-ones)&^quote | (slash-ones)&^slash | (eight-' '*ones)&^eight) & tops
		if found != 0 {
			return at + bits.TrailingZeros64(found)/8
		}
	}
	for ; at < len(s); at++ {
		if c := s[at]; c == '"' || c == '\\' || c < ' ' {
			break
		}
	}
	return at
}

// skipText checks a string; r.at is on its quote.
func (r *reader) skipText() error {
	end := special(r.s, r.at+1)
	if end < len(r.s) && r.s[end] == '"' {
		r.at = end + 1
		return nil
	}
	var err error
	r.spare, err = r.appendText(r.spare[:0])
	return err
}

// appendText appends a string without its quotes and escapes; r.at is on its
// quote.
func (r *reader) appendText(out []byte) ([]byte, error) {
	r.at++
	for {
		end := special(r.s, r.at)
		out = append(out, r.s[r.at:end]...)
		r.at = end
		if end == len(r.s) {
			return out, r.wrong("the text never ends")
		}
		switch r.s[end] {
		case '"':
			r.at++
			return out, nil
		case '\\':
			var err error
			if out, err = r.escape(out); err != nil {
				return out, err
			}
		default:
			return out, r.wrong("a control character stands in a text")
		}
	}
}

var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads what a backslash begins.
func (r *reader) escape(out []byte) ([]byte, error) {
	if r.at+1 >= len(r.s) {
		return out, r.wrong("the text never ends")
	}
	c := r.s[r.at+1]
	if c == 'u' {
		letter, err := r.unicode()
		return utf8.AppendRune(out, letter), err
	}
	if escapes[c] == 0 {
		return out, r.wrong("an escape that there is not")
	}
	r.at += 2
	return append(out, escapes[c]), nil
}

// unicode reads \uXXXX, and the second half of a surrogate pair with it.
func (r *reader) unicode() (rune, error) {
	letter, ok := r.hex(r.at)
	if !ok {
		return 0, r.wrong("an escape that there is not")
	}
	r.at += 6
	if !utf16.IsSurrogate(letter) {
		return letter, nil
	}
	if second, ok := r.hex(r.at); ok {
		if pair := utf16.DecodeRune(letter, second); pair != utf8.RuneError {
			r.at += 6
			return pair, nil
		}
	}
	return utf8.RuneError, nil
}

func (r *reader) hex(at int) (rune, bool) {
	if at+6 > len(r.s) || r.s[at] != '\\' || r.s[at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(r.s[at+2:at+6]), 16, 32)
	return rune(n), err == nil
}

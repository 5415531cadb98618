package session

import (
	"crypto/rand"
	"strings"
	"unicode"
)

// letters are those of codes that people read and type: none looks like another.
const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// NewCode returns n random characters for people to type, just under five bits each.
func NewCode(n int) string {
	out := make([]byte, 0, n)
	var b [1]byte
	for len(out) < n {
		_, _ = rand.Read(b[:])                // never fails (crypto/rand)
		if int(b[0]) < 256-256%len(letters) { // every letter is as likely as the others
			out = append(out, letters[int(b[0])%len(letters)])
		}
	}
	return string(out)
}

// Grouped writes a code in groups of n, as it is read aloud.
func Grouped(code string, n int) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%n == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Typed is a code as NewCode made it, however somebody has typed it: in small
// letters, in groups, with spaces around it.
func Typed(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, code)
}

package password

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"portico/sync/fault"
)

// Limits of a new password (OWASP ASVS 5.0.0, 6.2.1 and 6.2.9). There are no
// rules about which characters it is made of.
const (
	MinLength = 12   // characters
	MaxBytes  = 1024 // a bound on work, far above what anybody types
)

// trimmings is how many digits and signs around a common word change nothing.
const trimmings = 8

//go:embed common.txt
var commonList string

// common holds well-known weak passwords, folded.
var common = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(commonList) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out[fold(line)] = true
		}
	}
	return out
})

// Check returns why a password may not be chosen, as fault.Invalid with a
// sentence under the field "password", or nil. The words are what others know
// about the person: name, mail address, the provider's name.
func Check(password string, words ...string) error {
	if why := weakness(password, words); why != "" {
		return fault.New(fault.Invalid, why).Field("password", why)
	}
	return nil
}

func weakness(password string, words []string) string {
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinLength:
		return fmt.Sprintf("At least %d characters; this has %d.", MinLength, n)
	case len(password) > MaxBytes:
		return fmt.Sprintf("At most %d characters.", MaxBytes)
	}
	lower := strings.ToLower(password)
	folded := fold(lower)
	core := fold(strings.TrimFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) }))
	switch {
	case common()[folded] || common()[core] && n-utf8.RuneCountInString(core) <= trimmings:
		return "This password is among the first that others try. Choose another one."
	case monotonous(lower):
		return "This repeats or counts. Choose something less regular."
	}
	for _, w := range pieces(words) {
		if strings.Contains(folded, w) && utf8.RuneCountInString(folded)-utf8.RuneCountInString(w) < MinLength-4 {
			return "This is mostly your name, your address or ours. Choose something that others do not know."
		}
	}
	return ""
}

// pieces splits what is known about a person into words worth looking for.
func pieces(words []string) []string {
	var out []string
	for _, w := range words {
		whole := strings.ToLower(w)
		local, _, _ := strings.Cut(whole, "@")
		parts := strings.FieldsFunc(whole, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, p := range append(parts, whole, local, strings.Join(parts, "")) {
			if utf8.RuneCountInString(p) >= 4 {
				out = append(out, fold(p))
			}
		}
	}
	return out
}

// monotonous reports whether a password is one short piece over and over, or
// one step repeated: "abcabcabcabc", "123456789012".
func monotonous(s string) bool {
	r := []rune(s)
	for size := 1; size <= 4 && size < len(r); size++ {
		if repeats(r, size) {
			return true
		}
	}
	steps := 0
	for i := 1; i < len(r); i++ {
		if d := r[i] - r[i-1]; d == 1 || d == -1 {
			steps++
		}
	}
	return steps >= len(r)-3
}

func repeats(r []rune, size int) bool {
	for i := size; i < len(r); i++ {
		if r[i] != r[i-size] {
			return false
		}
	}
	return true
}

// fold makes spellings comparable that guessing programs try together.
func fold(s string) string {
	return strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "l").
		Replace(strings.ToLower(s))
}

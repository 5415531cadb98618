package ical

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";")
	escaper   = strings.NewReplacer(`\`, `\\`, "\r\n", `\n`, "\n", `\n`, ",", `\,`, ";", `\;`)
)

// Text reads a value of type TEXT (RFC 5545, section 3.3.11).
func Text(value string) string { return unescaper.Replace(value) }

// Escape writes a value of type TEXT. Control characters, which no calendar may
// hold, are left out.
func Escape(text string) string {
	return escaper.Replace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}

// List reads a value that is a list of TEXT, such as CATEGORIES.
func List(value string) []string {
	var out []string
	from := 0
	for i := 0; i <= len(value); i++ {
		if i < len(value) && value[i] == '\\' {
			i++
			continue
		}
		if i == len(value) || value[i] == ',' {
			if text := strings.TrimSpace(Text(value[from:min(i, len(value))])); text != "" {
				out = append(out, text)
			}
			from = i + 1
		}
	}
	return out
}

// fold breaks a line after at most 75 bytes, never within a character.
func fold(line, end string) string {
	var out strings.Builder
	for room := 75; len(line) > room; room = 74 { // the blank counts
		cut := room
		for cut > 0 && !utf8.RuneStart(line[cut]) {
			cut--
		}
		out.WriteString(line[:cut] + end + " ")
		line = line[cut:]
	}
	return out.String() + line + end
}

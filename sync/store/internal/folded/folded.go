// Package folded spells texts the way a search compares them: in small letters
// and without marks, so that "muller" finds Müller and "strasse" finds Straße.
// What is stored and what is looked for are folded by the same function; the
// step of the schema that fills old rows on PostgreSQL says the same in SQL.
package folded

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters are those that Unicode does not take apart into a letter and a mark.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ı", "i")

// Text folds a text. It is safe for concurrent use.
func Text(s string) string {
	if plain(s) {
		return strings.ToLower(s)
	}
	apart := strings.Map(func(r rune) rune {
		if r >= 0x0300 && r <= 0x036F { // a mark on the letter before it
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
	return letters.Replace(apart)
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

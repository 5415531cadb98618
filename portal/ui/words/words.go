// Package words holds every text that a page shows and puts dates, ages, sizes and
// numbers in words, for one reader: their language, their time zone, and the
// moment the page was made. A language is one catalogue; a text that it lacks is
// shown in English.
package words

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Catalogue maps a key to a text, which may hold fmt verbs. A key that counts has
// two entries, key.one and key.other.
type Catalogue map[string]string

// catalogues by BCP 47 language.
var catalogues = map[string]Catalogue{"en": english}

// Reader is for whom a page is made. The zero Reader reads English in UTC.
type Reader struct {
	Lang string // BCP 47; also the lang attribute of the page
	Zone *time.Location
	// Now is the moment the page was made; ages count from it.
	Now time.Time
}

// NewReader returns a reader. An unknown language becomes English and an unknown
// zone (IANA name) the fallback, so that a page is never refused for either.
func NewReader(lang, zone string, fallback *time.Location, now time.Time) Reader {
	r := Reader{Lang: "en", Zone: fallback, Now: now}
	if tag, err := language.Parse(lang); err == nil {
		if base, _ := tag.Base(); catalogues[base.String()] != nil {
			r.Lang = tag.String()
		}
	}
	if z := zoneOf(zone); z != nil {
		r.Zone = z
	}
	return r
}

// zones holds what was loaded before: time.LoadLocation opens a file each time.
// Only names that exist are kept, so that it stays small.
var zones sync.Map // IANA name → *time.Location

func zoneOf(name string) *time.Location {
	if name == "" {
		return nil
	}
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	zones.Store(name, z)
	return z
}

// T returns the text of a key with its arguments put in.
func (r Reader) T(key string, args ...any) string {
	text, ok := r.lookup(key)
	if !ok || len(args) == 0 || !strings.Contains(text, "%") {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// With is T for the many texts of lists that have one argument, and that a text.
func (r Reader) With(key, arg string) string {
	text, _ := r.lookup(key)
	before, after, found := strings.Cut(text, "%s")
	if !found || strings.Contains(before, "%") || strings.Contains(after, "%") {
		return r.T(key, arg)
	}
	return before + arg + after
}

// N returns the text for a count: key.one for 1, key.other for the rest. The count
// is the first argument of the text.
func (r Reader) N(key string, n int, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return r.T(key+form, append([]any{r.Number(n)}, args...)...)
}

// Number writes a whole number with the language's separators.
func (r Reader) Number(n int) string {
	if -1000 < n && n < 1000 {
		return fmt.Sprint(n)
	}
	return message.NewPrinter(language.Make(r.Lang)).Sprint(n)
}

// List joins parts of a sentence: "a", "a and b", "a, b and c".
func (r Reader) List(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return r.T("list.and", strings.Join(parts[:last], ", "), parts[last])
}

func (r Reader) lookup(key string) (string, bool) {
	base, _, _ := strings.Cut(r.Lang, "-")
	if text, ok := catalogues[base][key]; ok {
		return text, true
	}
	if text, ok := english[key]; ok {
		return text, true
	}
	return key, false
}

// Has reports whether English, which every other language falls back to, has the key.
func Has(key string) bool {
	_, ok := english[key]
	return ok
}

// join makes one catalogue of the parts of a language.
func join(parts ...Catalogue) Catalogue {
	all := Catalogue{}
	for _, part := range parts {
		for key, text := range part {
			if _, twice := all[key]; twice {
				panic("words: " + key + " is defined twice")
			}
			all[key] = text
		}
	}
	return all
}

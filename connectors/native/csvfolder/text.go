package csvfolder

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"portico/sync/remote"
)

// sniffed is how much of a file is looked at to tell how it is written.
const sniffed = 256 << 10

var encodings = []remote.TableFormat{
	{Name: "utf-8", Label: "UTF-8"}, {Name: "windows-1252", Label: "Windows-1252 (Western European)"},
	{Name: "utf-16le", Label: "UTF-16 (Excel's Unicode text)"}, {Name: "utf-16be", Label: "UTF-16, big-endian"},
}

var separators = []remote.TableFormat{
	{Name: "comma", Label: "Comma ,"}, {Name: "semicolon", Label: "Semicolon ;"}, {Name: "tab", Label: "Tab"}, {Name: "pipe", Label: "Bar |"},
}

var signs = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|'}

// separatorOf names a separator; "" is none of ours.
func separatorOf(sign byte) string {
	for name, b := range signs {
		if b == sign {
			return name
		}
	}
	return ""
}

// encodingOf tells how text is encoded by its beginning: by its mark, by zeros where
// Western letters in UTF-16 have them, and else by whether it is UTF-8 at all.
func encodingOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return "utf-8"
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return "utf-16le"
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return "utf-16be"
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	third := len(head) / 2 / 3
	switch {
	case len(head) > 8 && zeros[1] > third && zeros[0] < zeros[1]/4:
		return "utf-16le"
	case len(head) > 8 && zeros[0] > third && zeros[1] < zeros[0]/4:
		return "utf-16be"
	case utf8.Valid(whole(head)):
		return "utf-8"
	default:
		return "windows-1252"
	}
}

// whole leaves out a character that the end of a piece has cut.
func whole(b []byte) []byte {
	for i := 1; i <= min(utf8.UTFMax, len(b)); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

// decoded reads text in an encoding as UTF-8, without its mark. What is not valid
// stays what it is in UTF-8, so that its row can be found.
func decoded(ctx context.Context, r io.Reader, name string) *bufio.Reader {
	r = patient{ctx, r}
	var e encoding.Encoding
	switch name {
	case "windows-1252":
		e = charmap.Windows1252
	case "utf-16le":
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case "utf-16be":
		e = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	if e != nil {
		r = transform.NewReader(r, e.NewDecoder())
	}
	out := bufio.NewReaderSize(r, 128<<10)
	if mark, err := out.Peek(3); err == nil && bytes.Equal(mark, []byte{0xEF, 0xBB, 0xBF}) {
		_, _ = out.Discard(3) // it was just seen
	}
	return out
}

// patient is a reader that stops with its context.
type patient struct {
	ctx context.Context //nolint:containedctx // it lives as long as one reading
	r   io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

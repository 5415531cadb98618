package files

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"portico/sync/fault"
)

// maxName is how many characters of a sender's file name are kept.
const maxName = 150

// kind is what a file with a certain ending must hold, and what it is called
// when it is handed out again: the ending decides, the content has to agree
// (OWASP ASVS 5.0.0, 5.2.2).
type kind struct {
	contentType string
	holds       []string // the content is one of these, or derived from one
}

// kinds are the endings that are taken: what people send to a help desk.
// Programs, scripts, web pages and SVG are not among them.
var kinds = buildKinds()

func buildKinds() map[string]kind {
	out := map[string]kind{}
	add := func(contentType string, holds []string, endings ...string) {
		for _, e := range endings {
			out[e] = kind{contentType, holds}
		}
	}
	text, zip, ole := []string{"text/plain"}, []string{"application/zip"}, []string{"application/x-ole-storage"}
	add("text/plain; charset=utf-8", text, "txt", "log", "md", "ini", "conf", "cfg", "yaml", "yml", "toml", "sql", "diff", "patch")
	add("text/csv; charset=utf-8", text, "csv", "tsv")
	add("application/json", text, "json")
	add("application/xml", text, "xml")
	add("text/calendar; charset=utf-8", text, "ics")
	add("text/vcard; charset=utf-8", text, "vcf")
	add("message/rfc822", text, "eml")
	add("application/x-pem-file", text, "pem", "crt", "csr")
	add("application/pdf", []string{"application/pdf"}, "pdf")
	add("application/rtf", []string{"text/rtf", "text/plain"}, "rtf")
	add("image/png", []string{"image/png", "image/vnd.mozilla.apng"}, "png")
	add("image/jpeg", []string{"image/jpeg"}, "jpg", "jpeg")
	add("image/gif", []string{"image/gif"}, "gif")
	add("image/webp", []string{"image/webp"}, "webp")
	add("image/bmp", []string{"image/bmp"}, "bmp")
	add("image/tiff", []string{"image/tiff"}, "tif", "tiff")
	add("image/heic", []string{"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"}, "heic", "heif")
	add("application/vnd.openxmlformats-officedocument.wordprocessingml.document", zip, "docx")
	add("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", zip, "xlsx")
	add("application/vnd.openxmlformats-officedocument.presentationml.presentation", zip, "pptx")
	add("application/vnd.oasis.opendocument.text", zip, "odt")
	add("application/vnd.oasis.opendocument.spreadsheet", zip, "ods")
	add("application/vnd.oasis.opendocument.presentation", zip, "odp")
	add("application/vnd.ms-visio.drawing", zip, "vsdx")
	add("application/msword", ole, "doc")
	add("application/vnd.ms-excel", ole, "xls")
	add("application/vnd.ms-powerpoint", ole, "ppt")
	add("application/vnd.ms-outlook", ole, "msg")
	add("application/zip", zip, "zip")
	add("application/gzip", []string{"application/gzip"}, "gz", "tgz")
	add("application/x-7z-compressed", []string{"application/x-7z-compressed"}, "7z")
	add("application/vnd.tcpdump.pcap", []string{"application/vnd.tcpdump.pcap", "application/octet-stream"}, "pcap", "pcapng")
	add("video/mp4", []string{"video/mp4", "video/quicktime", "audio/mp4"}, "mp4", "m4v", "mov")
	add("video/webm", []string{"video/webm", "video/x-matroska"}, "webm", "mkv")
	add("audio/mpeg", []string{"audio/mpeg"}, "mp3")
	add("audio/wav", []string{"audio/wav"}, "wav")
	return out
}

// programs is content that is refused under any name.
var programs = []string{
	"application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary",
	"application/x-ms-installer", "application/x-java-applet", "application/jar",
	"text/html", "image/svg+xml", "application/x-ms-shortcut",
}

// Endings lists the file name endings that are taken, with the dot, sorted;
// for the accept attribute of a file input.
func Endings() []string {
	out := make([]string, 0, len(kinds))
	for e := range kinds {
		out = append(out, "."+e)
	}
	slices.Sort(out)
	return out
}

// accept returns the content type under which a file is kept, or why it is not.
func accept(name string, head []byte) (string, error) {
	if len(head) == 0 {
		return "", fault.Newf(fault.Invalid, "%s is empty.", name)
	}
	ending := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	k, taken := kinds[ending]
	if !taken {
		return "", fault.Newf(fault.Invalid, "%s: files of this kind are not taken. Send a PDF, a picture, an Office file or text, or put it into a .zip.", name)
	}
	found := mimetype.Detect(head)
	if derives(found, programs) || !derives(found, k.holds) {
		return "", fault.Newf(fault.Invalid, "%s does not hold what its name says. Save it again in the right format, or put it into a .zip.", name)
	}
	return k.contentType, nil
}

// derives reports whether the content is one of the types, or a special case of one.
func derives(m *mimetype.MIME, types []string) bool {
	for ; m != nil; m = m.Parent() {
		if slices.ContainsFunc(types, m.Is) {
			return true
		}
	}
	return false
}

// cleanName makes a sender's file name one that can be shown and handed on: its
// last element, without characters that other systems read as something else.
func cleanName(name string) string {
	if !utf8.ValidString(name) {
		name = strings.ToValidUTF8(name, "_")
	}
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r): // Cf turns text around: "gpj.exe"
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		default:
			return r
		}
	}, name)
	name = strings.Trim(name, " .")
	if runes := []rune(name); len(runes) > maxName {
		ext := []rune(path.Ext(name))
		if len(ext) > 10 {
			ext = nil
		}
		name = string(runes[:maxName-len(ext)]) + string(ext)
	}
	if name == "" {
		return "file"
	}
	return name
}

package signin

import "strings"

// browsers and systems name what a browser calls itself. The first that is found
// counts: most call themselves by the names of others, too (RFC 9110 §10.1.5 lets
// them).
var (
	browsers = []struct{ mark, name string }{
		{"Edg/", "Edge"}, {"EdgiOS/", "Edge"}, {"EdgA/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
		{"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
	systems = []struct{ mark, name string }{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
		{"Macintosh", "Mac"}, {"Linux", "Linux"},
	}
)

// deviceOf names the browser and the system that a User-Agent tells of, "" for what
// it does not tell. It is for people to recognise their own; it proves nothing.
func deviceOf(agent string) (browser, system string) {
	for _, b := range browsers {
		if strings.Contains(agent, b.mark) {
			browser = b.name
			break
		}
	}
	for _, s := range systems {
		if strings.Contains(agent, s.mark) {
			return browser, s.name
		}
	}
	return browser, ""
}

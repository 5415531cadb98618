package approval

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"portico/sync/action"
)

// Version is exactly what is to be decided. It never changes.
type Version struct {
	Number int
	At     time.Time
	By     Person
	Title  string
	Text   string // what is asked, in words
	// File is what the question is about; nil when the words are all there is.
	File *action.File
	// Note says what changed since the version before, in the asker's words.
	Note string
}

// Digest is the fingerprint of a version, hex SHA-256: of its title, its words and
// the name and bytes of its file. A decision carries the one that was seen.
func (v Version) Digest() string {
	in := struct { // fields in this order, for ever
		Title string `json:"title"`
		Text  string `json:"text"`
		File  string `json:"file,omitempty"`
		Hash  string `json:"sha256,omitempty"`
	}{Title: v.Title, Text: v.Text}
	if v.File != nil {
		in.File, in.Hash = v.File.Name, v.File.SHA256
	}
	data, err := json.Marshal(in)
	if err != nil { // four texts
		panic("encode version: " + err.Error())
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Fingerprint is what people compare: the hash of the file where there is one,
// so that anybody can compute it from the file, else that of the words.
func (v Version) Fingerprint() string {
	if v.File != nil {
		return v.File.SHA256
	}
	return v.Digest()
}

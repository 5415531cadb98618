package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Digest is the fingerprint of what a quote offers, hex SHA-256: of everything but
// its status. A decision carries the one that was seen.
func (q Quote) Digest() string {
	q.Status = ""
	data, err := json.Marshal(q)
	if err != nil { // texts and dates
		panic("encode quote: " + err.Error())
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

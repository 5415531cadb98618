package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"hash/crc32"
	"strings"
)

// What a token is made of: a word that scanners look for, 43 random characters
// (256 bits), and six that check the rest, so that a scanner can tell a key from
// what only looks like one, and a mistyped key costs no question to the database.
const (
	mark     = "portico_"
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	random   = 43
	check    = 6
	shown    = len(mark) + 6
)

// Pattern finds tokens in any text (RE2); Hash says which of them are real.
const Pattern = `\bportico_[0-9A-Za-z]{49}\b`

// NewToken returns a fresh token and how it begins. The token is shown to one
// person once; only its hash is kept.
func NewToken() (token, start string) {
	body := make([]byte, 0, random)
	var b [64]byte
	for len(body) < random {
		_, _ = rand.Read(b[:]) // never fails (crypto/rand)
		for _, c := range b {
			// 248 is the last multiple of 62 in a byte: above it, some characters would be likelier.
			if c < 248 && len(body) < random {
				body = append(body, alphabet[c%62])
			}
		}
	}
	token = mark + string(body)
	token += sum(token)
	return token, token[:shown]
}

// Hash returns what is stored of a token; false when the text is none. A fast
// hash is enough: the token is random, so there is nothing to guess.
func Hash(token string) ([32]byte, bool) {
	if len(token) != len(mark)+random+check || !strings.HasPrefix(token, mark) {
		return [32]byte{}, false
	}
	at := len(token) - check
	if sum(token[:at]) != token[at:] {
		return [32]byte{}, false
	}
	return sha256.Sum256([]byte(token)), true
}

// sum is the CRC-32 (IEEE) of a text in six characters, the highest first.
func sum(text string) string {
	n := crc32.ChecksumIEEE([]byte(text))
	var out [check]byte
	for i := check - 1; i >= 0; i-- {
		out[i] = alphabet[n%62]
		n /= 62
	}
	return string(out[:])
}

package notice

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"portico/sync/fault"
	"portico/sync/record"
)

// Token is the mark in a mail by which its receiver can stop mails about one
// account without signing in (RFC 8058 §3.1: it says whose they are, and nobody
// can make one up). It does not expire, because mails are kept, and can do
// nothing else.
func Token(key []byte, user string, account record.AccountID) string {
	text := user + " " + account.String()
	return code.EncodeToString([]byte(text)) + "." + code.EncodeToString(mark(key, text))
}

// ReadToken returns whose token it is; fault.NotFound when it is none of ours.
func ReadToken(key []byte, token string) (user string, account record.AccountID, err error) {
	said, signed, _ := strings.Cut(token, ".")
	text, err := code.DecodeString(said)
	sum, err2 := code.DecodeString(signed)
	if err != nil || err2 != nil || !hmac.Equal(sum, mark(key, string(text))) {
		return "", account, badToken()
	}
	user, id, _ := strings.Cut(string(text), " ")
	if account, err = record.ParseAccountID(id); err != nil {
		return "", account, badToken()
	}
	return user, account, nil
}

var code = base64.RawURLEncoding.Strict()

func mark(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("unsubscribe " + text))
	return m.Sum(nil)
}

func badToken() error {
	return fault.New(fault.NotFound, "This link is not complete. Copy it whole from the mail, or change what you are told in the portal.")
}

package engine

import "portico/sync/remote"

// Made is the fingerprint that a connection's tokens have.
func Made(c *Connector, conn remote.Conn) (string, error) {
	s, err := c.open(conn, remote.Background)
	if err != nil {
		return "", err
	}
	return s.made()
}

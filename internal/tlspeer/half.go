package tlspeer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
)

// headerSize is that of a record: type, version, length of the content.
const headerSize = 5

func contentSize(header []byte) int { return int(binary.BigEndian.Uint16(header[3:])) }

// half is one direction of a connection: a traffic secret, and how many records were sealed with it (RFC 8446, 5 and 7).
type half struct {
	hash     func() hash.Hash
	keySize  int
	secret   []byte
	aead     cipher.AEAD
	iv       []byte
	sequence uint64
}

func newHalf(suite uint16, secret []byte) (*half, error) {
	switch suite {
	case tls.TLS_AES_128_GCM_SHA256:
		h := &half{hash: sha256.New, keySize: 16}
		return h, h.begin(secret)
	case tls.TLS_AES_256_GCM_SHA384:
		h := &half{hash: sha512.New384, keySize: 32}
		return h, h.begin(secret)
	}
	return nil, fmt.Errorf("tlspeer: %s: %w", tls.CipherSuiteName(suite), errors.ErrUnsupported)
}

// begin makes the keys of a secret.
func (h *half) begin(secret []byte) error {
	key, err := h.expand(secret, "key", h.keySize)
	if err != nil {
		return err
	}
	iv, err := h.expand(secret, "iv", 12)
	if err != nil {
		return err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return err
	}
	h.secret, h.aead, h.iv, h.sequence = secret, aead, iv, 0
	return nil
}

// update makes the keys that follow a key update.
func (h *half) update() error {
	next, err := h.expand(h.secret, "traffic upd", len(h.secret))
	if err != nil {
		return err
	}
	return h.begin(next)
}

// expand is HKDF-Expand-Label with an empty context.
func (h *half) expand(secret []byte, label string, size int) ([]byte, error) {
	label = "tls13 " + label
	info := binary.BigEndian.AppendUint16(nil, uint16(size))
	info = append(info, byte(len(label)))
	info = append(info, label...)
	info = append(info, 0)
	return hkdf.Expand(h.hash, secret, string(info), size)
}

// nonce returns that of the next record.
func (h *half) nonce() []byte {
	nonce := make([]byte, len(h.iv))
	binary.BigEndian.PutUint64(nonce[len(nonce)-8:], h.sequence)
	for i := range nonce {
		nonce[i] ^= h.iv[i]
	}
	h.sequence++
	return nonce
}

// writeRecord seals content and writes it at once.
func (h *half) writeRecord(w io.Writer, what byte, content []byte) error {
	inner := append(append([]byte(nil), content...), what)
	record := []byte{applicationRecord, 3, 3}
	record = binary.BigEndian.AppendUint16(record, uint16(len(inner)+h.aead.Overhead()))
	record = h.aead.Seal(record, h.nonce(), inner, record)
	_, err := w.Write(record)
	return err
}

// readRecord reads a record and opens it.
func (h *half) readRecord(r io.Reader) (content []byte, what byte, err error) {
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, 0, err
	}
	sealed := make([]byte, contentSize(header))
	if _, err := io.ReadFull(r, sealed); err != nil {
		return nil, 0, err
	}
	inner, err := h.aead.Open(sealed[:0], h.nonce(), sealed, header)
	if err != nil {
		return nil, 0, fmt.Errorf("tlspeer: record %d: %w", h.sequence-1, err)
	}
	for len(inner) > 0 && inner[len(inner)-1] == 0 { // padding
		inner = inner[:len(inner)-1]
	}
	if len(inner) == 0 {
		return nil, 0, errors.New("tlspeer: a record without a type")
	}
	return inner[:len(inner)-1], inner[len(inner)-1], nil
}

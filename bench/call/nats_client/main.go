// One end of a request-reply over NATS, for ./dev bench call. It speaks the text protocol itself, flushes each message at
// once and does nothing else, so that what is measured is the server and two loopback connections, not a client library.
//
//	nats_client answer ADDRESS SUBJECT              replies to each request with its payload; prints "ready" first
//	nats_client ask ADDRESS SUBJECT BYTES COUNT     asks so often, one request after the other; prints JSON
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

const inbox = "_INBOX.bench"

// Enough for a payload of 1 MiB in few calls of the system.
const bufferBytes = 256 << 10

type client struct {
	in   *bufio.Reader
	out  *bufio.Writer
	body []byte // Of the last message; used again for the next one.
}

type message struct {
	reply string
	body  []byte // Valid until the next message.
}

// connect returns once the server takes what is published on subjects that it knows.
func connect(address, subscribe string) (*client, error) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	c := &client{in: bufio.NewReaderSize(connection, bufferBytes), out: bufio.NewWriterSize(connection, bufferBytes)}
	fmt.Fprintf(c.out, "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":false}\r\nSUB %s 1\r\nPING\r\n", subscribe)
	if err := c.out.Flush(); err != nil {
		return nil, err
	}
	for {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		if line == "PONG" {
			return c, nil
		}
	}
}

// line is the next one except for PING, which it answers; "-ERR" is an error.
func (c *client) line() (string, error) {
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return "", err
		}
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "PING":
			c.out.WriteString("PONG\r\n")
			if err := c.out.Flush(); err != nil {
				return "", err
			}
		case strings.HasPrefix(line, "-ERR"):
			return "", errors.New("the server says " + line)
		default:
			return line, nil
		}
	}
}

func (c *client) receive() (message, error) {
	line, err := c.line()
	if err != nil {
		return message{}, err
	}
	// MSG <subject> <sid> [reply-to] <bytes>
	words := strings.Fields(line)
	if len(words) < 4 || words[0] != "MSG" {
		return message{}, fmt.Errorf("'%s' came instead of a message", line)
	}
	size, err := strconv.Atoi(words[len(words)-1])
	if err != nil {
		return message{}, err
	}
	c.body = slices.Grow(c.body[:0], size+2)[:size+2]
	if _, err := io.ReadFull(c.in, c.body); err != nil {
		return message{}, err
	}
	found := message{body: c.body[:size]}
	if len(words) == 5 {
		found.reply = words[3]
	}
	return found, nil
}

func (c *client) publish(subject, reply string, body []byte) error {
	fmt.Fprintf(c.out, "PUB %s %s %d\r\n", subject, reply, len(body))
	c.out.Write(body)
	c.out.WriteString("\r\n")
	return c.out.Flush()
}

func answer(address, subject string) error {
	c, err := connect(address, subject)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for {
		request, err := c.receive()
		if err != nil {
			return err
		}
		if err := c.publish(request.reply, "", request.body); err != nil {
			return err
		}
	}
}

func ask(address, subject string, size, count int) error {
	c, err := connect(address, inbox)
	if err != nil {
		return err
	}
	body := bytes.Repeat([]byte{7}, size)
	times := make([]time.Duration, 0, count)
	warmUp := count/10 + 1
	for made := -warmUp; made < count; made++ {
		begun := time.Now()
		if err := c.publish(subject, inbox, body); err != nil {
			return err
		}
		reply, err := c.receive()
		if err != nil {
			return err
		}
		if made >= 0 {
			times = append(times, time.Since(begun))
		}
		if !bytes.Equal(reply.body, body) {
			return fmt.Errorf("%d bytes came back, or others than the %d that were sent", len(reply.body), size)
		}
	}
	slices.Sort(times)
	fmt.Printf("{\"p50_ns\":%d,\"p99_ns\":%d}\n", times[count/2], times[count*99/100])
	return nil
}

func run(words []string) error {
	if len(words) == 3 && words[0] == "answer" {
		return answer(words[1], words[2])
	}
	if len(words) == 5 && words[0] == "ask" {
		size, sizeError := strconv.Atoi(words[3])
		count, countError := strconv.Atoi(words[4])
		if sizeError == nil && countError == nil && size >= 0 && count >= 1 {
			return ask(words[1], words[2], size, count)
		}
	}
	return errors.New("answer ADDRESS SUBJECT, or ask ADDRESS SUBJECT BYTES COUNT")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "nats_client: %v\n", err)
		os.Exit(1)
	}
}

package devchain

import (
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/core"
)

// indexTimeout is for a whole chain; blocks of a running one are indexed with it.
const indexTimeout = time.Minute

var errClosed = errors.New("development chain: closed")

// Mine adds n blocks, the first of them with the transactions that wait.
func (c *Chain) Mine(n int) error {
	c.mining.Lock()
	defer c.mining.Unlock()
	for range n {
		if err := c.seal(); err != nil {
			return err
		}
	}
	return nil
}

// Fork replaces the newest depth blocks by depth+1 empty ones on the parent that they share, as a re-org does. The
// transactions of the dropped blocks, and those that waited, are forgotten: they have to be sent again. It is meant for a
// chain with Manual mining, and is an error when there are fewer blocks.
func (c *Chain) Fork(depth int) error {
	c.mining.Lock()
	defer c.mining.Unlock()
	if c.closed {
		return errClosed
	}
	head := c.backend.BlockChain().CurrentBlock().Number.Uint64()
	if depth < 1 || uint64(depth) > head {
		return fmt.Errorf("development chain: fork of %d blocks: there are %d", depth, head)
	}
	if err := c.backend.BlockChain().SetHead(head - uint64(depth)); err != nil {
		return fmt.Errorf("development chain: fork of %d blocks: %w", depth, err)
	}
	c.backend.TxPool().Clear()
	for range depth + 1 {
		if err := c.seal(); err != nil {
			return err
		}
	}
	return nil
}

// seal adds one block, durably.
func (c *Chain) seal() error {
	if c.closed {
		return errClosed
	}
	before := c.backend.BlockChain().CurrentBlock().Number.Uint64()
	hash := c.beacon.Commit() // tells of an error in go-ethereum's own log only
	header := c.backend.BlockChain().GetHeaderByHash(hash)
	if header == nil || header.Number.Uint64() != before+1 {
		return fmt.Errorf("development chain: no block was mined on block %d", before)
	}
	if err := c.backend.ChainDb().SyncKeyValue(); err != nil {
		return fmt.Errorf("development chain: block %d: %w", before+1, err)
	}
	return c.indexed()
}

// indexed waits until receipts can be asked for by their transactions. That takes a moment after a chain with blocks is
// opened, and after the first block of a new one.
func (c *Chain) indexed() error {
	for deadline := time.Now().Add(indexTimeout); !c.backend.BlockChain().TxIndexDone(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return errors.New("development chain: transactions are not indexed")
		}
	}
	return nil
}

// mineOnDemand mines whenever transactions wait. The pool is not to be kept waiting while it tells of them, because mining
// waits for the pool: so one routine listens and another mines.
func (c *Chain) mineOnDemand() {
	wake := make(chan struct{}, 1)
	wake <- struct{}{} // blocks may lack on top of those of the last run
	arrivals := make(chan core.NewTxsEvent, 16)
	subscription := c.backend.TxPool().SubscribeTransactions(arrivals, true)
	c.done.Go(func() {
		defer subscription.Unsubscribe()
		for {
			select {
			case <-arrivals:
				select {
				case wake <- struct{}{}:
				default:
				}
			case <-c.stop:
				return
			}
		}
	})
	c.done.Go(func() { c.mineUntilStopped(wake) })
}

// quiet is how long no transaction must come before empty blocks are mined: each moves the chain's clock by a second at least, and
// who sends many in a row wants one block for each, not four.
const quiet = 40 * time.Millisecond

func (c *Chain) mineUntilStopped(wake <-chan struct{}) {
	pause := time.NewTimer(quiet)
	defer pause.Stop()
	for {
		var err error
		select {
		case <-wake:
			err = c.mineWaiting()
			pause.Reset(quiet)
		case <-pause.C:
			err = c.mineOnTop()
		case <-c.stop:
			return
		}
		if err != nil && !errors.Is(err, errClosed) {
			c.log.Error("mining failed", "error", err)
		}
	}
}

// mineWaiting mines a block when transactions wait.
func (c *Chain) mineWaiting() error {
	c.mining.Lock()
	defer c.mining.Unlock()
	if c.closed {
		return errClosed
	}
	if err := c.backend.TxPool().Sync(); err != nil { // it may not have seen the newest block
		return err
	}
	if waiting, _ := c.backend.TxPool().Stats(); waiting > 0 {
		return c.seal()
	}
	return nil
}

// mineOnTop mines until enough empty blocks are on top of the last one with transactions.
func (c *Chain) mineOnTop() error {
	c.mining.Lock()
	defer c.mining.Unlock()
	if c.closed {
		return errClosed
	}
	for c.emptyOnTop() < c.depth {
		if err := c.seal(); err != nil {
			return err
		}
	}
	return nil
}

// emptyOnTop counts the newest blocks that have no transactions, up to the depth that is asked for.
func (c *Chain) emptyOnTop() uint64 {
	chain := c.backend.BlockChain()
	head := chain.CurrentBlock().Number.Uint64()
	for count := uint64(0); count < min(c.depth, head); count++ {
		if block := chain.GetBlockByNumber(head - count); block != nil && len(block.Transactions()) > 0 {
			return count
		}
	}
	return c.depth
}

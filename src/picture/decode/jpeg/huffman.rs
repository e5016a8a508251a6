//! Huffman codes of JPEG files, read for how far they go and not for the values (ITU-T T.81, annexes C and F).

/// Codes of up to this many bits are looked up; hardly any are longer.
const FAST_BITS: u32 = 10;

/// The step of a symbol that ends its block: beyond any block.
pub(super) const END_OF_BLOCK: usize = 128;

/// Coefficients of a block.
pub(super) const BLOCK: usize = 64;

/// Bits that steps are looked up by, several symbols at a time.
const STEP_BITS: u32 = 12;

/// What a code stands for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Symbol {
    /// Run of zeros in the upper half, bits of the value in the lower.
    pub(super) value: u8,
    /// Bits of the code; 0 if there is no such code.
    n_bits: u8,
    /// Bits of the code and of the value after it, in a sequential scan.
    n_bits_with_value: u8,
    /// Coefficients gone on by, in a sequential scan.
    step: u8,
}

/// A table of codes.
#[derive(Clone, Debug)]
pub(super) struct Table {
    fast: Vec<Symbol>,
    /// For each length: one past its last code, aligned to 16 bits; the place of its first value; its first code.
    lengths: [(u32, usize, u32); 17],
    values: Vec<u8>,
}

impl Symbol {
    fn new(value: u8, n_bits: u32) -> Self {
        let (run, size) = (value >> 4, value & 15);
        let step = match (run, size) {
            (15, 0) => 16,
            (_, 0) => END_OF_BLOCK as u8,
            _ => run + 1,
        };
        Self { value, n_bits: n_bits as u8, n_bits_with_value: n_bits as u8 + size, step }
    }
}

impl Table {
    /// The table with so many codes of each length from 1 to 16 bits. `None` if there can't be so many.
    pub(super) fn new(counts: &[u8; 16], values: &[u8]) -> Option<Self> {
        let mut table =
            Self { fast: vec![Symbol::default(); 1 << FAST_BITS], lengths: [(0, 0, 0); 17], values: values.to_owned() };
        let (mut code, mut place) = (0_u32, 0_usize);
        for (n_bits, &count) in (1_u32..).zip(counts) {
            let first = code;
            for _ in 0..count {
                let symbol = Symbol::new(*values.get(place)?, n_bits);
                if n_bits <= FAST_BITS {
                    let shift = FAST_BITS - n_bits;
                    let range = (code << shift) as usize..((code + 1) << shift) as usize;
                    table.fast.get_mut(range)?.fill(symbol);
                }
                (code, place) = (code + 1, place + 1);
            }
            if code > 1 << n_bits {
                return None;
            }
            table.lengths[n_bits as usize] = (code << (16 - n_bits), place - usize::from(count), first);
            code <<= 1;
        }
        Some(table)
    }

    /// For all that the next bits may be: how far the symbols in them go on, and in how many bits. It makes reading a
    /// third faster than symbol by symbol.
    pub(super) fn steps(&self) -> Steps {
        let mut steps = Box::new([(0, 0); 1 << STEP_BITS]);
        for (window, (step, n_bits)) in (0_u32..).zip(steps.iter_mut()) {
            loop {
                let next = (window << *n_bits) & ((1 << STEP_BITS) - 1);
                let symbol = self.fast.get((next >> (STEP_BITS - FAST_BITS)) as usize).copied().unwrap_or_default();
                let end = *n_bits + symbol.n_bits_with_value;
                // The first value may reach beyond these bits, further ones have to lie within.
                if symbol.n_bits == 0 || (*n_bits > 0 && u32::from(end) > STEP_BITS) {
                    break;
                }
                (*step, *n_bits) = (*step + symbol.step, end);
                if usize::from(*step) >= BLOCK || u32::from(end) >= STEP_BITS {
                    break;
                }
            }
        }
        steps
    }

    #[cold]
    fn look_up_long(&self, next_16_bits: u32) -> Option<Symbol> {
        (FAST_BITS + 1..=16).find_map(|n_bits| {
            let (end, place, first) = self.lengths[n_bits as usize];
            let code = next_16_bits >> (16 - n_bits);
            let nth = code.checked_sub(first).filter(|_| next_16_bits < end)? as usize;
            self.values.get(place + nth).map(|&value| Symbol::new(value, n_bits))
        })
    }
}

/// Steps and bits for all that the next bits may be; no bits where a symbol has to be looked up by itself.
pub(super) type Steps = Box<[(u8, u8); 1 << STEP_BITS]>;

/// The bits of a run of coded data, up to the next marker.
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    /// The next bits, from the top; zeros below.
    window: u64,
    n_ready: u32,
    /// Zeros at the end of the window that the data did not have.
    n_lent: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { rest: data, window: 0, n_ready: 0, n_lent: 0 }
    }

    /// Whether more was read than there is.
    pub(super) fn is_overdrawn(&self) -> bool {
        self.n_ready < self.n_lent
    }

    /// After the last code: whether data that is no padding is left before the next marker, and that marker on.
    pub(super) fn finish(mut self) -> (bool, &'a [u8]) {
        let is_padding = |byte: u8| byte == 0 || byte == 0xff;
        self.take(self.n_ready % 8);
        let mut has_more = false;
        while self.n_ready > self.n_lent {
            has_more |= !is_padding((self.window >> 56) as u8);
            self.take(8);
        }
        let end = self.rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff));
        let (left, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        (has_more || left.iter().any(|&byte| !is_padding(byte)), rest)
    }

    /// Makes sure of 32 bits.
    #[inline]
    fn fill(&mut self) {
        if self.n_ready >= 32 {
            return;
        }
        if let Some((&bytes, after)) = self.rest.split_first_chunk() {
            let word = u32::from_be_bytes(bytes);
            let has_ff = (!word).wrapping_sub(0x0101_0101) & word & 0x8080_8080 != 0;
            if !has_ff {
                self.window |= u64::from(word) << (32 - self.n_ready);
                self.n_ready += 32;
                self.rest = after;
                return;
            }
        }
        self.fill_by_bytes();
    }

    fn fill_by_bytes(&mut self) {
        while self.n_ready <= 56 {
            match self.rest {
                [0xff, 0, after @ ..] => self.push(0xff, after),
                [0xff, ..] | [] => {
                    self.n_ready += 8;
                    self.n_lent += 8;
                }
                [byte, after @ ..] => self.push(*byte, after),
            }
        }
    }

    fn push(&mut self, byte: u8, after: &'a [u8]) {
        self.window |= u64::from(byte) << (56 - self.n_ready);
        self.n_ready += 8;
        self.rest = after;
    }

    /// The next bits, at most 16, as a number.
    #[inline]
    pub(super) fn take(&mut self, n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        self.fill();
        let bits = self.window >> (64 - n);
        self.pass_over(n);
        bits as u32
    }

    #[inline]
    fn pass_over(&mut self, n: u32) {
        self.window <<= n;
        self.n_ready -= n;
    }

    #[inline]
    fn look_up(&mut self, table: &Table) -> Option<Symbol> {
        self.fill();
        match table.fast.get((self.window >> (64 - FAST_BITS)) as usize) {
            Some(symbol) if symbol.n_bits > 0 => Some(*symbol),
            _ => table.look_up_long((self.window >> 48) as u32),
        }
    }

    /// The next code's symbol. `None` if no code is like this.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Table) -> Option<u8> {
        let symbol = self.look_up(table)?;
        self.pass_over(u32::from(symbol.n_bits));
        Some(symbol.value)
    }

    /// Passes over all codes and values of a block but the first. `None` if they do not come to a block.
    #[inline]
    pub(super) fn rest_of_block(&mut self, table: &Table, steps: &Steps) -> Option<()> {
        let mut at = 1;
        while at < BLOCK {
            self.fill();
            let (step, n_bits) = steps[(self.window >> (64 - STEP_BITS)) as usize];
            let next = at + usize::from(step);
            // Beyond its last coefficient a block ends without a symbol, and the next bits are another block's.
            let is_inside = next <= BLOCK || (END_OF_BLOCK..END_OF_BLOCK + BLOCK).contains(&next);
            if n_bits > 0 && is_inside {
                self.pass_over(u32::from(n_bits));
                at = next;
            } else {
                at += self.step(table)?;
            }
        }
        (at == BLOCK || at >= END_OF_BLOCK).then_some(())
    }

    /// Passes over a code and its value in a sequential scan, and tells by how many coefficients it goes on.
    #[inline]
    pub(super) fn step(&mut self, table: &Table) -> Option<usize> {
        let symbol = self.look_up(table)?;
        self.pass_over(u32::from(symbol.n_bits_with_value));
        Some(usize::from(symbol.step))
    }
}

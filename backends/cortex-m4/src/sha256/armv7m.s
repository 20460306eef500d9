// SHA-256's compression (FIPS 180-4, 6.2.2) for ARMv7-M: Cortex-M3, M4, M7, M33.
//
//   void compress(uint32_t state[8], const uint8_t blocks[][64], size_t count), count > 0
//
// A block is done in two passes over 64 words on the stack, so that each has nearly all registers
// for itself: the schedule is extended eight words at a time, of which ten stay in registers; then
// the rounds pop it, so that the stack pointer is the pointer to W, and above it nothing that is
// still needed is ever lost to an interrupt.
//
// Rotations cost nothing: those of the sums are taken out of the brackets, so that each is an
// operand of an eor or of the addition. Of the majority, (a ^ b) is the next round's (b ^ c).
//
// Data may stand at any address (the words of a block are loaded by ldr); nothing that is loaded or
// branched on depends on the data.

// \to += ror(\x, \p) ^ ror(\x, \q) ^ (\x >> \r); r10 is lost.
.macro small_sigma to, x, p, q, r
    ror     r10, \x, #\p
    eor     r10, r10, \x, ror #\q
    eor     r10, r10, \x, lsr #\r
    add     \to, r10
.endm

// The next four words of the schedule, in w0 to w3. In: w0 = W[t-16], W[t-2] and W[t-1] in p and q,
// r0 = &W[t-15]. Out: w4 = W[t-12], r0 = &W[t-11].
.macro extend w0, w1, w2, w3, w4, p, q
    ldmia   r0!, {\w1, \w2, \w3, \w4}
    small_sigma \w0, \w1, 7, 18, 3
    small_sigma \w1, \w2, 7, 18, 3
    small_sigma \w2, \w3, 7, 18, 3
    small_sigma \w3, \w4, 7, 18, 3
    ldrd    r8, r9, [r0, #16]
    add     \w0, r8
    add     \w1, r9
    ldrd    r8, r9, [r0, #24]
    add     \w2, r8
    add     \w3, r9
    small_sigma \w0, \p, 17, 19, 10
    small_sigma \w1, \q, 17, 19, 10
    small_sigma \w2, \w0, 17, 19, 10
    small_sigma \w3, \w1, 17, 19, 10
    strd    \w0, \w1, [r0, #44]
    strd    \w2, \w3, [r0, #52]
.endm

// A round, without its moves: what was h is the new a, what was d the new e. In: w = W[t] + K[t],
// bc = b ^ c. Out: ab = a ^ b; bc is lost.
.macro round a, b, c, d, e, f, g, h, w, ab, bc
    add     \h, \w
    eor     \ab, \e, \e, ror #5
    eor     \ab, \ab, \e, ror #19
    add     \h, \h, \ab, ror #6
    eor     \ab, \f, \g
    and     \ab, \ab, \e
    eor     \ab, \ab, \g
    add     \h, \ab
    add     \d, \h
    eor     \ab, \a, \a, ror #11
    eor     \ab, \ab, \a, ror #20
    add     \h, \h, \ab, ror #2
    eor     \ab, \a, \b
    and     \bc, \bc, \ab
    eor     \bc, \bc, \b
    add     \h, \bc
.endm

// Two rounds: their words are popped, their constants come from r12.
.macro two_rounds a, b, c, d, e, f, g, h
    pop     {r10, r11}
    ldrd    r8, lr, [r12], #8
    add     r10, r8
    add     r11, lr
    round   \a, \b, \c, \d, \e, \f, \g, \h, r10, r8, r9
    round   \h, \a, \b, \c, \d, \e, \f, \g, r11, r9, r8
.endm

    add     r2, r1, r2, lsl #6
    // On the stack, from its top: state, next block, end, then what belongs to the caller.
    push    {r0, r1, r2, r4, r5, r6, r7, r8, r9, r10, r11, lr}

.Lblock:
    sub     sp, #256
    mov     r0, sp
    ldr     r2, [r1]
    ldr     r3, [r1, #4]
    ldr     r4, [r1, #8]
    ldr     r5, [r1, #12]
    ldr     r6, [r1, #16]
    ldr     r7, [r1, #20]
    rev     r2, r2
    rev     r3, r3
    rev     r4, r4
    rev     r5, r5
    rev     r6, r6
    rev     r7, r7
    stmia   r0!, {r2-r7}
    ldr     r2, [r1, #24]
    ldr     r3, [r1, #28]
    ldr     r4, [r1, #32]
    ldr     r5, [r1, #36]
    ldr     r6, [r1, #40]
    ldr     r7, [r1, #44]
    rev     r2, r2
    rev     r3, r3
    rev     r4, r4
    rev     r5, r5
    rev     r6, r6
    rev     r7, r7
    stmia   r0!, {r2-r7}
    ldr     r3, [r1, #48]
    ldr     r4, [r1, #52]
    ldr     r5, [r1, #56]
    ldr     r6, [r1, #60]
    rev     r3, r3
    rev     r4, r4
    rev     r5, r5
    rev     r6, r6
    stmia   r0!, {r3-r6}

    ldr     r7, [sp]
    add     r0, sp, #4
    add     r11, sp, #196
.Lextend:
    extend  r7, r1, r2, r3, r4, r5, r6
    extend  r4, r1, r5, r6, r7, r2, r3
    cmp     r0, r11
    bne     .Lextend

    ldr     r8, [sp, #256]
    ldmia   r8, {r0-r7}
    adr     r12, .Lconstants
    eor     r9, r1, r2
.Lrounds:
    two_rounds r0, r1, r2, r3, r4, r5, r6, r7
    two_rounds r6, r7, r0, r1, r2, r3, r4, r5
    two_rounds r4, r5, r6, r7, r0, r1, r2, r3
    two_rounds r2, r3, r4, r5, r6, r7, r0, r1
    adr     lr, .Lend
    cmp     r12, lr
    bne     .Lrounds

    ldr     lr, [sp]
    ldmia   lr, {r8, r10, r11, r12}
    add     r0, r8
    add     r1, r10
    add     r2, r11
    add     r3, r12
    stmia   lr!, {r0-r3}
    ldmia   lr, {r8, r10, r11, r12}
    add     r4, r8
    add     r5, r10
    add     r6, r11
    add     r7, r12
    stmia   lr, {r4-r7}

    ldrd    r1, r2, [sp, #4]
    adds    r1, #64
    str     r1, [sp, #4]
    cmp     r1, r2
    bne     .Lblock
    add     sp, #12
    pop     {r4, r5, r6, r7, r8, r9, r10, r11, pc}

    .p2align 2
.Lconstants:
    .word   0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5
    .word   0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5
    .word   0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3
    .word   0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174
    .word   0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc
    .word   0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da
    .word   0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7
    .word   0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967
    .word   0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13
    .word   0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85
    .word   0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3
    .word   0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070
    .word   0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5
    .word   0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3
    .word   0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208
    .word   0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
.Lend:

.purgem small_sigma
.purgem extend
.purgem round
.purgem two_rounds

/* context.c - see context_int.h.
 *
 * A switch is a function call: it saves the registers that a function must preserve (and
 * the modes of the floating point unit) on the stack it leaves, and takes those of the
 * other stack from there. A new stack is laid out as if it had stopped in that function,
 * on its way to `rowan__context_begin`, which calls start(context).
 */
#include "context_int.h"

#include <stdint.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#if !defined(ROWAN__UCONTEXT)
/* Saves the place under *save and goes on at `load`. */
void rowan__context_jump(void **save, void *load);
/* Where a new stack begins. */
void rowan__context_begin(void);
#endif

#if defined(ROWAN__UCONTEXT)
/* makecontext() lays the stack out. */
#elif defined(__x86_64__)
__asm__(".text\n"
        ".p2align 4\n"
        ".globl rowan__context_jump\n"
        ".hidden rowan__context_jump\n"
        ".type rowan__context_jump, @function\n"
        "rowan__context_jump:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    subq $8, %rsp\n"
        "    stmxcsr (%rsp)\n"
        "    fnstcw 4(%rsp)\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    ldmxcsr (%rsp)\n"
        "    fldcw 4(%rsp)\n"
        "    addq $8, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size rowan__context_jump, .-rowan__context_jump\n"
        ".p2align 4\n"
        ".globl rowan__context_begin\n"
        ".hidden rowan__context_begin\n"
        ".type rowan__context_begin, @function\n"
        "rowan__context_begin:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined %rip\n" /* the stack ends here, for a debugger */
        "    movq %r13, %rdi\n"
        "    callq *%r12\n"
        "    ud2\n"
        "    .cfi_endproc\n"
        ".size rowan__context_begin, .-rowan__context_begin\n");

/* What rowan__context_jump() finds on a new stack. */
struct frame {
    uint32_t mxcsr;
    uint32_t x87_control;
    void *r15, *r14, *r13, *r12, *rbx, *rbp;
    void *return_to;
    void *end[2]; /* keeps the stack aligned for the first call */
};

static void lay_out(struct frame *frame, void (*start)(void *), void *arg)
{
    __asm__ volatile("stmxcsr %0" : "=m"(frame->mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(frame->x87_control));
    frame->r12 = (void *)(uintptr_t)start;
    frame->r13 = arg;
    frame->return_to = (void *)(uintptr_t)rowan__context_begin;
}
#elif defined(__aarch64__)
__asm__(".text\n"
        ".p2align 4\n"
        ".globl rowan__context_jump\n"
        ".hidden rowan__context_jump\n"
        ".type rowan__context_jump, %function\n"
        "rowan__context_jump:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size rowan__context_jump, .-rowan__context_jump\n"
        ".p2align 4\n"
        ".globl rowan__context_begin\n"
        ".hidden rowan__context_begin\n"
        ".type rowan__context_begin, %function\n"
        "rowan__context_begin:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined x30\n"
        "    mov x0, x20\n"
        "    blr x19\n"
        "    brk #1\n"
        "    .cfi_endproc\n"
        ".size rowan__context_begin, .-rowan__context_begin\n");

struct frame {
    void *x19, *x20, *x21_to_x28[8], *x29, *x30;
    double d8_to_d15[8];
};

static void lay_out(struct frame *frame, void (*start)(void *), void *arg)
{
    frame->x19 = (void *)(uintptr_t)start;
    frame->x20 = arg;
    frame->x30 = (void *)(uintptr_t)rowan__context_begin;
}
#endif

static void before_switch(rowan__context *from, rowan__context *to, bool last)
{
    (void)from, (void)to, (void)last;
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(last ? NULL : &from->asan_frames, to->stack,
                                   to->stack_size);
#endif
#ifdef WITH_TSAN
    if (from->tsan_fiber == NULL)
        from->tsan_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to->tsan_fiber, 0);
#endif
}

/* `here` runs again; the stack of whoever switched becomes known for the way back. */
static void after_switch(rowan__context *here)
{
    (void)here;
#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(here->asan_frames, &here->from->stack,
                                    &here->from->stack_size);
#endif
}

static void start(void *arg)
{
    rowan__context *context = arg;

    after_switch(context);
    context->entry(context->arg);
    __builtin_unreachable();
}

#ifdef ROWAN__UCONTEXT
/* makecontext() hands over integers only. */
static void start_halves(unsigned high, unsigned low)
{
    start((void *)(uintptr_t)((uint64_t)high << 32 | low));
}
#endif

void rowan__context_init(rowan__context *context, void *stack, size_t stack_size,
                         void (*entry)(void *arg), void *arg)
{
    memset(context, 0, sizeof *context);
    context->stack = stack;
    context->stack_size = stack_size;
    context->entry = entry;
    context->arg = arg;
#ifdef WITH_TSAN
    context->tsan_fiber = __tsan_create_fiber(0);
#endif
#ifdef ROWAN__UCONTEXT
    (void)getcontext(&context->uc);
    context->uc.uc_stack.ss_sp = stack;
    context->uc.uc_stack.ss_size = stack_size;
    makecontext(&context->uc, (void (*)(void))(uintptr_t)start_halves, 2,
                (unsigned)((uint64_t)(uintptr_t)context >> 32),
                (unsigned)(uintptr_t)context);
#else
    {
        uintptr_t top = ((uintptr_t)stack + stack_size) & ~(uintptr_t)15;
        struct frame *frame = (struct frame *)(top - sizeof *frame);

        _Static_assert(sizeof *frame % 16 == 0, "the stack must stay aligned");
        memset(frame, 0, sizeof *frame);
        lay_out(frame, start, context);
        context->sp = frame;
    }
#endif
}

void rowan__context_switch(rowan__context *from, rowan__context *to, bool last)
{
    to->from = from;
    before_switch(from, to, last);
#ifdef ROWAN__UCONTEXT
    (void)swapcontext(&from->uc, &to->uc);
#else
    rowan__context_jump(&from->sp, to->sp);
#endif
    after_switch(from);
}

void rowan__context_done(rowan__context *context)
{
    (void)context;
#ifdef WITH_TSAN
    __tsan_destroy_fiber(context->tsan_fiber);
#endif
}

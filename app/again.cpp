// SPDX-License-Identifier: GPL-3.0-or-later
// session::prepareProcess() has to start a program again where its environment lacks what libraries read when they
// begin. Here that is done before they begin, so that LibTorch registers its operators once, not twice.
#include <alloca.h>
#include <cstring>
#include <unistd.h>

namespace {

const char* valueOf(const char* variable, const char* name)
{
    const std::size_t length = std::strlen(name);
    return std::strncmp(variable, name, length) == 0 && variable[length] == '=' ? variable + length + 1 : nullptr;
}

// Not even the C library has begun: only the stack and system calls.
void startAgain(int, char** argv, char** variables)
{
    constexpr char policy[] = "OMP_WAIT_POLICY=passive",
                   tunables[] = "GLIBC_TUNABLES=", pages[] = "glibc.malloc.hugetlb=1";
    std::size_t count = 0;
    bool hasPolicy = false;
    const char* given = nullptr;
    for (; variables[count]; ++count) {
        hasPolicy = hasPolicy || valueOf(variables[count], "OMP_WAIT_POLICY");
        if (const char* value = valueOf(variables[count], "GLIBC_TUNABLES"))
            given = value;
    }
    const bool hasPages = given && std::strstr(given, "glibc.malloc.hugetlb");
    if (hasPolicy && hasPages)
        return;
    auto** const all = static_cast<char**>(alloca((count + 3) * sizeof(char*)));
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i)
        if (hasPages || !valueOf(variables[i], "GLIBC_TUNABLES"))
            all[kept++] = variables[i];
    if (!hasPolicy)
        all[kept++] = const_cast<char*>(policy);
    if (!hasPages) {
        auto* const text =
            static_cast<char*>(alloca(sizeof tunables + sizeof pages + (given ? std::strlen(given) : 0)));
        std::strcpy(text, tunables);
        if (given && *given) {
            std::strcat(text, given);
            std::strcat(text, ":");
        }
        std::strcat(text, pages);
        all[kept++] = text;
    }
    all[kept] = nullptr;
    ::execve("/proc/self/exe", argv, all);
    // Where that is not possible prepareProcess() does without.
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const before)(int, char**, char**) = startAgain;

}

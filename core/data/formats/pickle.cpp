// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <map>

namespace core::data::pickle {

namespace {

constexpr std::size_t mostNodes = 2'000'000;

// What may be named. Everything else is refused where it is named, before anything is made of it.
constexpr std::array known{"collections.OrderedDict",
                           "torch._utils._rebuild_tensor_v2",
                           "torch._utils._rebuild_tensor",
                           "torch._utils._rebuild_parameter",
                           "torch.FloatStorage",
                           "torch.DoubleStorage",
                           "torch.HalfStorage",
                           "torch.BFloat16Storage",
                           "torch.LongStorage",
                           "torch.IntStorage",
                           "torch.ShortStorage",
                           "torch.CharStorage",
                           "torch.ByteStorage",
                           "torch.BoolStorage",
                           "torch.Size",
                           "torch.device",
                           "torch.serialization._get_layout"};

std::string printable(std::string_view text)
{
    std::string shown;
    for (const char c : text.substr(0, 80))
        shown += c >= ' ' && c != 127 ? c : '?';
    return shown;
}

class Machine {
public:
    Machine(std::string_view bytes, const std::string& where) : m_bytes(bytes), m_where(where) {}

    base::Result<Heap> run()
    {
        while (m_problem.empty()) {
            const std::uint8_t code = byte();
            if (code == '.' && m_problem.empty() && m_stack.size() == 1) {
                m_heap.root = m_stack.back();
                return std::move(m_heap);
            }
            if (m_problem.empty())
                step(code);
            if (m_heap.nodes.size() > mostNodes)
                fail("holds more values than any state dict");
        }
        return base::Error{base::ErrorKind::Data, m_problem + " (byte " + std::to_string(m_at) + " of its pickle)",
                           m_where, m_advice};
    }

private:
    std::string_view m_bytes;
    const std::string& m_where;
    std::size_t m_at = 0;
    Heap m_heap;
    std::vector<Ref> m_stack;
    std::map<std::uint32_t, Ref> m_memo;
    std::string m_problem, m_advice = "Fetch or save the file again";

    void fail(const std::string& what)
    {
        if (m_problem.empty())
            m_problem = what;
    }

    void refuse(const std::string& what)
    {
        m_advice = "Save the weights alone: torch.save(model.state_dict(), file), or as safetensors";
        fail(what);
    }

    std::string_view take(std::uint64_t count)
    {
        if (count > m_bytes.size() - m_at) {
            fail("ends too early");
            return {};
        }
        const std::string_view taken = m_bytes.substr(m_at, count);
        m_at += count;
        return taken;
    }

    std::uint64_t number(std::size_t bytes)
    {
        std::uint64_t value = 0;
        const std::string_view taken = take(bytes);
        for (std::size_t i = 0; i < taken.size(); ++i)
            value |= std::uint64_t(std::uint8_t(taken[i])) << 8 * i;
        return value;
    }

    std::uint8_t byte() { return std::uint8_t(number(1)); }

    std::string line()
    {
        const std::size_t end = m_bytes.find('\n', m_at);
        if (end == m_bytes.npos) {
            fail("ends too early");
            return {};
        }
        std::string text(m_bytes.substr(m_at, end - m_at));
        m_at = end + 1;
        return text;
    }

    void push(Node node)
    {
        m_stack.push_back(Ref(m_heap.nodes.size()));
        m_heap.nodes.push_back(std::move(node));
    }

    Ref pop()
    {
        if (m_stack.empty()) {
            fail("takes more than it has");
            push(None{});
        }
        const Ref ref = m_stack.back();
        m_stack.pop_back();
        return ref;
    }

    template <class T>
    T* top()
    {
        T* found = m_stack.empty() ? nullptr : std::get_if<T>(&m_heap.nodes[m_stack.back()]);
        if (!found)
            fail("puts a value where none can go");
        return found;
    }

    // Everything above the last mark.
    std::vector<Ref> popMarked()
    {
        const auto mark = std::find_if(m_stack.rbegin(), m_stack.rend(),
                                       [&](Ref ref) { return std::holds_alternative<Mark>(m_heap.nodes[ref]); });
        if (mark == m_stack.rend()) {
            fail("lacks a mark");
            return {};
        }
        std::vector<Ref> items(mark.base(), m_stack.end());
        m_stack.erase(mark.base() - 1, m_stack.end());
        return items;
    }

    template <class T>
    T value(Ref ref)
    {
        const T* found = std::get_if<T>(&m_heap.nodes[ref]);
        if (!found)
            fail("has a value of another kind than PyTorch writes there");
        return found ? *found : T{};
    }

    void step(std::uint8_t code)
    {
        if (!plain(code) && !container(code) && !memo(code) && !object(code))
            refuse("uses the opcode " + std::to_string(code) + ", which state dicts do not need");
    }

    bool plain(std::uint8_t code)
    {
        switch (code) {
        case 0x80: // PROTO
            if (const std::uint8_t version = byte(); version < 2 || version > 5)
                fail("is of a protocol that is not known here");
            return true;
        case 0x95: // FRAME
            return number(8), true;
        case 'N':
            return push(None{}), true;
        case 0x88: // NEWTRUE
            return push(true), true;
        case 0x89: // NEWFALSE
            return push(false), true;
        case 'J': // BININT
            return push(std::int64_t(std::int32_t(number(4)))), true;
        case 'K': // BININT1
            return push(std::int64_t(number(1))), true;
        case 'M': // BININT2
            return push(std::int64_t(number(2))), true;
        case 0x8a: // LONG1
            return longNumber(), true;
        case 'G': // BINFLOAT, big-endian
            return realNumber(), true;
        case 'X': // BINUNICODE
        case 'B': // BINBYTES
        case 'T': // BINSTRING
            return push(std::string(take(number(4)))), true;
        case 0x8c: // SHORT_BINUNICODE
        case 'C':  // SHORT_BINBYTES
        case 'U':  // SHORT_BINSTRING
            return push(std::string(take(number(1)))), true;
        default:
            return false;
        }
    }

    // Little-endian, two's complement.
    void longNumber()
    {
        const std::size_t count = byte();
        if (count > 8)
            return fail("has a whole number of more than 64 bits");
        std::uint64_t value = number(count);
        if (count > 0 && count < 8 && (value >> (8 * count - 1) & 1))
            value |= ~std::uint64_t(0) << 8 * count;
        push(std::int64_t(value));
    }

    void realNumber()
    {
        std::uint64_t bits = 0;
        for (const char c : take(8))
            bits = bits << 8 | std::uint8_t(c);
        push(std::bit_cast<double>(bits));
    }

    bool container(std::uint8_t code)
    {
        switch (code) {
        case '(':
            return push(Mark{}), true;
        case '0':
            return (void)pop(), true;
        case '}':
            return push(Dict{}), true;
        case ']':
            return push(List{}), true;
        case ')':
            return push(Tuple{}), true;
        case 't':
            return push(Tuple{popMarked()}), true;
        case 0x85: // TUPLE1 … TUPLE3
        case 0x86:
        case 0x87:
            return shortTuple(code - 0x84), true;
        case 'a': { // APPEND
            const Ref item = pop();
            if (List* list = top<List>())
                list->items.push_back(item);
            return true;
        }
        case 'e': { // APPENDS
            const std::vector<Ref> items = popMarked();
            if (List* list = top<List>())
                list->items.insert(list->items.end(), items.begin(), items.end());
            return true;
        }
        case 's': { // SETITEM
            const Ref item = pop(), key = pop();
            return setItems({key, item}), true;
        }
        case 'u': // SETITEMS
            return setItems(popMarked()), true;
        default:
            return false;
        }
    }

    void shortTuple(int count)
    {
        Tuple tuple;
        for (int i = 0; i < count; ++i)
            tuple.items.insert(tuple.items.begin(), pop());
        push(std::move(tuple));
    }

    void setItems(const std::vector<Ref>& items)
    {
        Dict* dict = top<Dict>();
        if (items.size() % 2 != 0)
            return fail("has a key without a value");
        for (std::size_t i = 0; dict && i < items.size(); i += 2)
            dict->items.emplace_back(items[i], items[i + 1]);
    }

    bool memo(std::uint8_t code)
    {
        switch (code) {
        case 'q': // BINPUT
            return remember(std::uint32_t(number(1))), true;
        case 'r': // LONG_BINPUT
            return remember(std::uint32_t(number(4))), true;
        case 0x94: // MEMOIZE
            return remember(std::uint32_t(m_memo.size())), true;
        case 'h': // BINGET
            return recall(std::uint32_t(number(1))), true;
        case 'j': // LONG_BINGET
            return recall(std::uint32_t(number(4))), true;
        default:
            return false;
        }
    }

    void remember(std::uint32_t key)
    {
        if (m_stack.empty() || m_memo.size() > mostNodes)
            return fail("remembers what is not there");
        m_memo[key] = m_stack.back();
    }

    void recall(std::uint32_t key)
    {
        const auto found = m_memo.find(key);
        if (found == m_memo.end())
            return fail("recalls what it never remembered");
        m_stack.push_back(found->second);
    }

    bool object(std::uint8_t code)
    {
        switch (code) {
        case 'c': { // GLOBAL
            const std::string module = line(), name = line();
            return global(module, name), true;
        }
        case 0x93: { // STACK_GLOBAL
            const auto name = value<std::string>(pop()), module = value<std::string>(pop());
            return global(module, name), true;
        }
        case 'Q': // BINPERSID
            return storage(value<Tuple>(pop()).items), true;
        case 'R': { // REDUCE
            const std::vector<Ref> arguments = value<Tuple>(pop()).items;
            return make(value<Global>(pop()).name, arguments), true;
        }
        case 'b': // BUILD: attributes, such as a state dict's _metadata
            (void)pop();
            (void)top<Dict>();
            return true;
        default:
            return false;
        }
    }

    void global(const std::string& module, const std::string& name)
    {
        const std::string whole = module + "." + name;
        if (std::ranges::find(known, whole) == known.end())
            return refuse("names " + printable(whole) +
                          ", which is neither a tensor nor a plain value: nothing is run " + "from a model file");
        push(Global{whole});
    }

    // ("storage", type, key, device, elements)
    void storage(const std::vector<Ref>& parts)
    {
        if (parts.size() < 5 || value<std::string>(parts[0]) != "storage")
            return fail("has a storage that PyTorch would not write");
        const std::string type = value<Global>(parts[1]).name;
        if (!type.ends_with("Storage"))
            return fail("has a storage of no type");
        push(Storage{type.substr(std::strlen("torch.")), value<std::string>(parts[2]), value<std::int64_t>(parts[4])});
    }

    std::vector<std::int64_t> numbers(Ref ref)
    {
        std::vector<std::int64_t> all;
        for (const Ref item : value<Tuple>(ref).items)
            all.push_back(value<std::int64_t>(item));
        return all;
    }

    void make(const std::string& what, const std::vector<Ref>& arguments)
    {
        if (what == "collections.OrderedDict") {
            if (!arguments.empty())
                fail("has a dict that PyTorch would not write");
            push(Dict{});
        } else if (what.starts_with("torch._utils._rebuild_tensor") && arguments.size() >= 4) {
            push(Tensor{value<Storage>(arguments[0]), value<std::int64_t>(arguments[1]), numbers(arguments[2]),
                        numbers(arguments[3])});
        } else if (what == "torch._utils._rebuild_parameter" && !arguments.empty()) {
            push(value<Tensor>(arguments[0]));
        } else if (what == "torch.Size" && !arguments.empty()) {
            m_stack.push_back(arguments[0]);
        } else if (what == "torch.device" || what == "torch.serialization._get_layout") {
            push(None{});
        } else
            fail("makes " + printable(what) + " of what it is not made of");
    }
};

}

base::Result<Heap> read(std::string_view bytes, const std::string& where)
{
    return Machine(bytes, where).run();
}

}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/safetensors.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t maxMetadata = 10000;
constexpr std::size_t maxDimensions = 64;

// `{name: {"dtype", "shape", "data_offsets"}, "__metadata__": {text: text}}`, read from parser events: a header that
// somebody made to do harm costs no more than its length.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    TensorHeader header;
    std::string problem;

    bool null() override { return fail("a null"); }
    bool boolean(bool) override { return fail("true or false"); }
    bool number_integer(number_integer_t) override { return fail("a negative number"); }
    bool number_float(number_float_t, const string_t&) override { return fail("a broken number"); }
    bool binary(binary_t&) override { return fail("binary content"); }
    bool number_unsigned(number_unsigned_t value) override
    {
        if (m_list == nullptr)
            return fail("a number out of place");
        if (m_list->size() >= maxDimensions || value > std::uint64_t(INT64_MAX))
            return fail("a list that is too long, or a number that is too large");
        m_list->push_back(std::int64_t(value));
        return true;
    }
    bool string(string_t& value) override
    {
        if (m_depth == 2 && m_inMetadata) {
            if (header.metadata.size() >= maxMetadata)
                return fail("too much metadata");
            header.metadata.emplace_back(m_key, std::move(value));
            return true;
        }
        if (m_depth != 2 || m_list != nullptr || m_key != "dtype")
            return fail("a text out of place");
        header.tensors.back().dtype = std::move(value);
        return true;
    }
    bool start_object(std::size_t) override
    {
        if (m_depth >= 2 || m_list != nullptr)
            return fail("an object out of place");
        m_inMetadata = m_depth == 1 && m_key == "__metadata__";
        if (++m_depth == 2 && !m_inMetadata) {
            header.tensors.emplace_back().name = m_key;
            m_shape.clear();
            m_offsets.clear();
            m_seenShape = m_seenOffsets = false;
        }
        m_memberNames.clear();
        return true;
    }
    bool end_object() override
    {
        if (--m_depth == 1 && !m_inMetadata) {
            TensorEntry& tensor = header.tensors.back();
            if (tensor.dtype.empty() || !m_seenShape || !m_seenOffsets || m_offsets.size() != 2)
                return fail("\"" + tensor.name + "\" lacks its dtype, shape or offsets");
            tensor.shape = m_shape;
            tensor.begin = std::uint64_t(m_offsets[0]);
            tensor.end = std::uint64_t(m_offsets[1]);
        }
        return true;
    }
    bool start_array(std::size_t) override
    {
        if (m_depth != 2 || m_inMetadata || m_list != nullptr || (m_key != "shape" && m_key != "data_offsets"))
            return fail("a list out of place");
        m_list = m_key == "shape" ? &m_shape : &m_offsets;
        (m_key == "shape" ? m_seenShape : m_seenOffsets) = true;
        return true;
    }
    bool end_array() override
    {
        m_list = nullptr;
        return true;
    }
    bool key(string_t& name) override
    {
        if (!(m_depth == 1 ? m_names : m_memberNames).insert(name).second)
            return fail("\"" + name + "\" stands there twice");
        if (m_depth == 2 && !m_inMetadata && name != "dtype" && name != "shape" && name != "data_offsets")
            return fail("the unknown key \"" + name + "\"");
        m_key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t place, const std::string&, const nlohmann::detail::exception&) override
    {
        return fail("its header is no JSON at byte " + std::to_string(place));
    }

private:
    int m_depth = 0;
    bool m_inMetadata = false;
    std::string m_key;
    std::unordered_set<std::string> m_names, m_memberNames;
    std::vector<std::int64_t> m_shape, m_offsets;
    std::vector<std::int64_t>* m_list = nullptr;
    bool m_seenShape = false, m_seenOffsets = false;

    bool fail(std::string what)
    {
        problem = std::move(what);
        return false;
    }
};

// What is wrong with a tensor that should begin at `place`.
std::string problemOf(const TensorEntry& tensor, std::uint64_t place)
{
    std::uint64_t size = base::bytesOf(tensor.dtype);
    if (size == 0)
        return "\"" + tensor.name + "\" has the dtype " + tensor.dtype + ", which is not known here";
    for (const std::int64_t dimension : tensor.shape)
        if (__builtin_mul_overflow(size, std::uint64_t(dimension), &size))
            return "the shape of \"" + tensor.name + "\" is larger than any file";
    if (tensor.begin != place || tensor.end < tensor.begin)
        return "the bytes of \"" + tensor.name + "\" leave a hole or overlap others";
    if (tensor.end - tensor.begin != size)
        return "the bytes of \"" + tensor.name + "\" do not fit its shape";
    return {};
}

}

base::Result<TensorHeader> parseTensorHeader(std::string text, std::uint64_t bytesBehind)
{
    const auto failure = [](const std::string& what) { return Error{ErrorKind::Data, what, {}, {}}; };
    Builder builder;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
        return failure(builder.problem);
    TensorHeader header = std::move(builder.header);
    std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t place = 0;
    for (const TensorEntry& tensor : header.tensors) {
        if (const std::string problem = problemOf(tensor, place); !problem.empty())
            return failure(problem);
        place = tensor.end;
    }
    if (place != bytesBehind)
        return failure("there are " + std::to_string(bytesBehind) + " bytes of tensors where " + std::to_string(place) +
                       " should be");
    header.text = std::move(text);
    return header;
}

}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/init.h"
#include "core/model/layer_info.h"
#include "core/model/shape.h"

#include <functional>
#include <optional>

namespace core::model {

/// Makes the tensors of a network, each drawn from a stream of its name, and keeps them in the order in which they were
/// asked for: that of PyTorch's state dict.
class Maker {
public:
    /// `seed` empty: tensors are only counted, and what is handed out is undefined.
    explicit Maker(Init init, std::optional<std::uint64_t> seed = {}) : m_init(std::move(init)), m_seed(seed) {}

    /// Puts `name.` in front of all names until it ends; nothing if `name` is empty.
    class Within {
    public:
        Within(Maker& maker, const std::string& name);
        ~Within() { m_maker.m_prefix.resize(m_length); }
        Within(const Within&) = delete;

    private:
        Maker& m_maker;
        std::size_t m_length;
    };

    /// A parameter that begins as the network's init says.
    at::Tensor weight(const std::string& name, const Shape& shape);
    at::Tensor bias(const std::string& name, std::int64_t outputs, std::int64_t fanIn);
    /// Parameters with a beginning of their own.
    at::Tensor normal(const std::string& name, const Shape& shape, double deviation);
    at::Tensor uniform(const std::string& name, const Shape& shape, double bound);
    at::Tensor filled(const std::string& name, const Shape& shape, double value);
    at::Tensor buffer(const std::string& name, const Shape& shape, double value, at::ScalarType type = at::kFloat);

    /// What `default` stands for from here on: a network's own beginning.
    void setDefault(Init init);
    const Init& init() const { return m_init; }
    /// A stream of a step's draw for one more layer.
    std::uint64_t place() { return m_places++; }
    /// The name that stands in front, without the point.
    std::string prefix() const;
    /// Elements of the parameters so far.
    std::int64_t count() const { return m_count; }
    /// Names and shapes of the parameters so far.
    const std::vector<ParameterInfo>& described() const { return m_described; }

    std::vector<tensor::NamedTensor> parameters, buffers;

private:
    at::Tensor add(const std::string& name, const Shape& shape,
                   const std::function<at::Tensor(const base::Draw&)>& make);

    Init m_init;
    std::optional<std::uint64_t> m_seed;
    std::string m_prefix;
    std::uint64_t m_places = 0;
    std::int64_t m_count = 0;
    std::vector<ParameterInfo> m_described;
};

}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/maker.h"

#include <functional>

namespace core::model {

namespace {

template <class Number>
at::Tensor drawn(const Shape& shape, const Number& number)
{
    at::Tensor made = tensor::empty(shape);
    float* values = made.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < made.numel(); ++i)
        values[i] = float(number(std::uint64_t(i)));
    return made;
}

}

Maker::Within::Within(Maker& maker, const std::string& name) : m_maker(maker), m_length(maker.m_prefix.size())
{
    if (!name.empty())
        maker.m_prefix += name + ".";
}

at::Tensor Maker::weight(const std::string& name, const Shape& shape)
{
    return add(name, shape, [&](const base::Draw& draw) { return drawnWeight(shape, m_init, draw); });
}

at::Tensor Maker::bias(const std::string& name, std::int64_t outputs, std::int64_t fanIn)
{
    return add(name, {outputs}, [&](const base::Draw& draw) { return drawnBias(outputs, fanIn, m_init, draw); });
}

at::Tensor Maker::normal(const std::string& name, const Shape& shape, double deviation)
{
    return add(name, shape, [&](const base::Draw& draw) {
        return drawn(shape, [&](std::uint64_t i) { return deviation * draw.normal(i); });
    });
}

at::Tensor Maker::uniform(const std::string& name, const Shape& shape, double bound)
{
    return add(name, shape, [&](const base::Draw& draw) {
        return drawn(shape, [&](std::uint64_t i) { return draw.uniform(i, -bound, bound); });
    });
}

at::Tensor Maker::filled(const std::string& name, const Shape& shape, double value)
{
    return add(name, shape, [&](const base::Draw&) { return tensor::zeros(shape).fill_(value); });
}

at::Tensor Maker::buffer(const std::string& name, const Shape& shape, double value, at::ScalarType type)
{
    if (!m_seed)
        return {};
    at::Tensor made = tensor::zeros(shape, type).fill_(value);
    buffers.push_back({m_prefix + name, made});
    return made;
}

void Maker::setDefault(Init init)
{
    if (m_init.kind == "default")
        m_init = std::move(init);
}

std::string Maker::prefix() const
{
    return m_prefix.substr(0, m_prefix.empty() ? 0 : m_prefix.size() - 1);
}

at::Tensor Maker::add(const std::string& name, const Shape& shape,
                      const std::function<at::Tensor(const base::Draw&)>& make)
{
    std::int64_t elements = 1;
    for (const std::int64_t length : shape)
        elements *= length;
    m_count += elements;
    m_described.push_back({m_prefix + name, shape});
    if (!m_seed)
        return {};
    at::Tensor made = make(base::Draw(*m_seed, "init/" + m_prefix + name));
    made.set_requires_grad(true);
    parameters.push_back({m_prefix + name, made});
    return made;
}

}

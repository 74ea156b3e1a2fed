// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/power_sgd.h"

#include "core/base/rng.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/mm.h>

#include <algorithm>

namespace core::train::ranks {

namespace {

constexpr std::int64_t leastSaved = 2; ///< times smaller than the gradient

at::Tensor orthogonal(const at::Tensor& columns)
{
    return std::get<0>(at::linalg_qr(columns));
}

// All of them at once, by one message.
void sumTogether(const std::vector<at::Tensor>& all, const PowerSgd::Sum& sum)
{
    if (all.empty())
        return;
    std::vector<at::Tensor> flat;
    for (const at::Tensor& each : all)
        flat.push_back(each.reshape({-1}));
    const at::Tensor together = at::cat(flat);
    sum(together);
    std::int64_t place = 0;
    for (const at::Tensor& each : all) {
        each.copy_(together.narrow(0, place, each.numel()).view(each.sizes()));
        place += each.numel();
    }
}

}

PowerSgd::PowerSgd(const std::vector<tensor::NamedTensor>& parameters, std::int64_t rank)
{
    const at::NoGradGuard noGraph;
    for (const auto& [name, parameter] : parameters) {
        Part part{name, {}, {}};
        const std::int64_t rows = parameter.dim() > 0 ? parameter.size(0) : 1,
                           columns = rows > 0 ? parameter.numel() / rows : 0, thin = std::min({rows, columns, rank});
        if ((rows + columns) * thin * leastSaved < rows * columns) {
            at::Tensor q = tensor::empty({columns, thin});
            const base::Draw draw(0, "powersgd/" + name);
            float* values = q.mutable_data_ptr<float>();
            for (std::int64_t i = 0; i < q.numel(); ++i)
                values[i] = float(draw.normal(std::uint64_t(i)));
            part.q = q.to(parameter.device());
            part.error = tensor::zeros({rows, columns}).to(parameter.device());
        }
        m_parts.push_back(std::move(part));
    }
}

void PowerSgd::average(const std::vector<at::Tensor>& gradients, const std::vector<std::size_t>& places,
                       std::int64_t ranks, const Sum& sum)
{
    const at::NoGradGuard noGraph;
    std::vector<at::Tensor> whole, ps, qs, matrices;
    std::vector<Part*> parts;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        Part& part = m_parts[places[i]];
        if (!part.q.defined()) {
            whole.push_back(gradients[i]);
            continue;
        }
        const at::Tensor matrix = gradients[i].reshape(part.error.sizes()).add(part.error);
        part.q.copy_(orthogonal(part.q));
        ps.push_back(at::mm(matrix, part.q));
        qs.push_back(part.q);
        matrices.push_back(matrix);
        parts.push_back(&part);
    }
    sumTogether(whole, sum);
    for (const at::Tensor& each : whole)
        each.div_(ranks);
    sumTogether(ps, sum);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        ps[i] = orthogonal(ps[i]);
        qs[i].copy_(at::mm(matrices[i].t(), ps[i]));
    }
    sumTogether(qs, sum);
    std::size_t next = 0;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        if (!m_parts[places[i]].q.defined())
            continue;
        qs[next].div_(ranks);
        const at::Tensor mean = at::mm(ps[next], qs[next].t());
        // What this rank gave and is not in what came back is given once more in the next step.
        parts[next]->error.copy_(matrices[next].sub(mean));
        gradients[i].copy_(mean.view(gradients[i].sizes()));
        ++next;
    }
}

std::vector<tensor::NamedTensor> PowerSgd::state() const
{
    std::vector<tensor::NamedTensor> all;
    for (const Part& part : m_parts)
        if (part.q.defined()) {
            all.push_back({"q/" + part.name, part.q});
            all.push_back({"error/" + part.name, part.error});
        }
    return all;
}

void PowerSgd::load(const std::vector<base::Blob>& saved, const std::string& prefix)
{
    for (const auto& [name, live] : state()) {
        const auto blob = std::ranges::find(saved, prefix + name, &base::Blob::name);
        if (blob == saved.end())
            continue;
        const auto tensor = tensor::fromBlob(*blob);
        if (tensor && tensor->sizes() == live.sizes() && tensor->scalar_type() == live.scalar_type())
            live.copy_(*tensor);
    }
}

}

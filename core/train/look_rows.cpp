// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/engine.h"
#include "core/train/look.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_eigh.h>

#include <algorithm>
#include <cmath>

namespace core::train::look_rows {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t atOnce = 256;
constexpr std::int64_t mostComponents = 10;

// The output that the last layer takes: the last one told that is not part of the last itself.
struct Told {
    std::vector<std::pair<std::string, at::Tensor>> outputs;

    const std::pair<std::string, at::Tensor>* penultimate() const
    {
        if (outputs.size() < 2)
            return nullptr;
        const std::string inside = outputs.back().first + ".";
        for (std::size_t i = outputs.size() - 1; i-- > 0;)
            if (!outputs[i].first.starts_with(inside))
                return &outputs[i];
        return nullptr;
    }
};

// The largest component of each axis is positive, as scikit-learn turns them.
at::Tensor turned(const at::Tensor& axes)
{
    const at::Tensor largest = axes.gather(0, axes.abs().argmax(0, true));
    return axes.mul(largest.sign());
}

// By the eigenvectors of the covariance, or of the rows' products where there are fewer rows than numbers.
void findComponents(const at::Tensor& vectors, Embedding& embedding)
{
    const at::Tensor centred = vectors.to(at::kCPU, at::kDouble).sub(vectors.to(at::kCPU, at::kDouble).mean(0, true));
    const bool wide = centred.size(1) > centred.size(0);
    const at::Tensor products = wide ? centred.mm(centred.t()) : centred.t().mm(centred);
    const auto [values, axes] = at::linalg_eigh(products);
    const std::int64_t count = values.size(0);
    const double all = std::max(values.clamp_min(0).sum().item<double>(), 1e-300);
    for (std::int64_t i = 0; i < std::min(count, mostComponents); ++i)
        embedding.explained.push_back(std::max(0.0, values[count - 1 - i].item<double>()) / all);
    at::Tensor two = axes.slice(1, std::max<std::int64_t>(0, count - 2)).flip({1});
    if (wide)
        two = centred.t().mm(two);
    two = two.div(two.norm(2, {0}, true).clamp_min(1e-300));
    const at::Tensor places = centred.mm(turned(two)).t().contiguous();
    const double* first = places.const_data_ptr<double>();
    embedding.x.assign(first, first + places.size(1));
    embedding.y.assign(places.size(1), 0);
    if (places.size(0) > 1)
        std::copy(first + places.size(1), first + 2 * places.size(1), embedding.y.begin());
}

}

base::Result<Embedding> seen(Engine& engine, const EmbeddingWish& wish, const Trying& trying)
{
    Learner& learner = engine.learner();
    if (!learner.hasGradients())
        return Error{ErrorKind::Usage, "this model has no layers to look into", "model", "Look into a network"};
    const at::NoGradGuard noGraph;
    const data::DataModule& data = engine.data();
    const data::RowSet& validation = data.rows(data::SplitName::Validation);
    const data::RowSet& rows = validation.empty() ? data.rows(data::SplitName::Train) : validation;
    const std::size_t count = std::min(rows.size(), std::size_t(std::max<std::int64_t>(2, wish.rows)));
    Embedding embedding;
    embedding.step = engine.step();
    std::vector<at::Tensor> parts;
    for (std::size_t first = 0; first < count; first += atOnce) {
        const std::vector<std::int64_t> wanted = rows.some(first, std::min(atOnce, count - first));
        if (data.streamed())
            data.expect(rows, first + wanted.size());
        const data::Batch batch = data.gather(wanted);
        Told told;
        const Learner::Outputs note = [&](const model::LayerPass& layer) {
            told.outputs.emplace_back(layer.name, layer.output);
        };
        const at::Tensor output = learner.look(batch.input, &note);
        const auto* before = told.penultimate();
        if (!before)
            return Error{ErrorKind::Usage, "this network is one layer: nothing stands before it", "model",
                         "Look at a network with hidden layers"};
        embedding.layer = before->first;
        parts.push_back(before->second.flatten(1).to(at::kCPU, at::kFloat));
        const at::Tensor said = learner.loss().predictionOf(output);
        const at::Tensor best =
            (learner.classifies() && said.dim() == 2 ? said.argmax(1) : said.flatten(1).select(1, 0))
                .to(at::kCPU, at::kDouble)
                .contiguous();
        const double* prediction = best.const_data_ptr<double>();
        for (const std::int64_t row : data.usable(wanted)) {
            embedding.predictions.push_back(*prediction++);
            embedding.truths.push_back(data.target(row));
            embedding.rows.push_back(row);
        }
        if (trying && !trying(std::int64_t(first + wanted.size()), std::int64_t(count)))
            return Error{ErrorKind::Interrupted, "given up", "embedding", {}};
    }
    const at::Tensor vectors = at::cat(parts).contiguous();
    if (vectors.size(0) < 2 || !std::isfinite(vectors.abs().max().item<double>()))
        return Error{ErrorKind::Run, "the layer's outputs are not numbers at step " + std::to_string(embedding.step),
                     embedding.layer, "Look at an earlier step"};
    embedding.width = vectors.size(1);
    embedding.vectors.assign(vectors.const_data_ptr<float>(), vectors.const_data_ptr<float>() + vectors.numel());
    findComponents(vectors, embedding);
    return embedding;
}

base::Result<RowsLook> seen(Engine& engine, const RowsWish& wish, const Trying&)
{
    const data::DataModule& data = engine.data();
    const data::RowSet& rows = data.rows(data::SplitName::Validation);
    if (rows.empty())
        return Error{ErrorKind::Usage, "this run has no validation rows", "/split/validation", "Give it a share"};
    EvaluationResult result = evaluate(engine.learner(), data, rows, {false, rows.size()});
    RowsLook look;
    look.step = engine.step();
    for (const events::PredictionFrame::Row& row : result.predictions) {
        const bool meant = (wish.truth < 0 || row.truth == double(wish.truth)) &&
                           (wish.predicted < 0 || row.predicted == double(wish.predicted)) &&
                           !(wish.wrongOnly && row.truth == row.predicted);
        look.all += meant;
        if (meant && look.rows.size() < wish.most)
            look.rows.push_back(row);
    }
    return look;
}

}

namespace core::train {

base::Result<Embedding> look(Engine& engine, const EmbeddingWish& wish, const Trying& trying)
{
    return look_rows::seen(engine, wish, trying);
}

base::Result<RowsLook> look(Engine& engine, const RowsWish& wish, const Trying& trying)
{
    return look_rows::seen(engine, wish, trying);
}

}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/data/transform.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "tests/bench/compared.h"

#include <ATen/Parallel.h>

namespace bench {

using core::base::Object;
using core::base::Result;

namespace {

constexpr int loaderRounds = 5;

}

Result<Object> loader()
{
    CORE_TRY(tree, core::base::parseJson(
                       R"({"data": {"source": "fashion-mnist", "rows": 30000}, "augment": ["RandomCrop",
        "RandomHorizontalFlip", "RandomRotation"]})"));
    const core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    const core::spec::Experiment experiment = core::spec::read(checked.value);
    CORE_TRY(data, core::data::DataModule::open(experiment));
    core::data::LoaderOptions options{.batchSize = 64, .seed = 1, .augment = experiment.augment};
    CORE_TRY(loader, core::data::DataLoader::make(data, core::data::SplitName::Train, options));
    Compared compared;
    for (int round = 0; round < loaderRounds; ++round) {
        const double start = core::base::steadySeconds();
        std::int64_t images = 0;
        for (std::int64_t batch = 0; batch < loader->batchesPerEpoch(); ++batch)
            images += loader->get(round, batch).input.size(0);
        const double speed = double(images) / (core::base::steadySeconds() - start);
        compared.add(speed, peer("loader", 100));
    }
    Object figures;
    compared.write(figures, "images_per_s", "torchvision");
    return figures;
}

Result<Object> smote()
{
    at::set_num_threads(1);
    Object figures;
    struct Case {
        std::int64_t features, rare;
        const char* name;
    };
    for (const Case& each : {Case{2, 30'000, "plane_rows_per_s"}, Case{10, 20'000, "few_rows_per_s"},
                             Case{30, 20'000, "many_rows_per_s"}}) {
        constexpr std::int64_t rows = 100'000;
        const core::data::DatasetInfo info{.task = "classification", .classes = {"common", "rare"}};
        at::Tensor inputs = core::tensor::empty({rows, each.features});
        at::Tensor targets = core::tensor::empty({rows}, at::kLong);
        const core::base::Draw draw(1, "bench/smote");
        for (std::int64_t i = 0; i < rows; ++i) {
            const bool rare = i < each.rare;
            targets.mutable_data_ptr<std::int64_t>()[i] = rare;
            for (std::int64_t f = i * each.features; f < (i + 1) * each.features; ++f)
                inputs.mutable_data_ptr<float>()[f] = float(draw.normal(std::uint64_t(f))) + (rare ? 1.f : 0.f);
        }
        CORE_TRY(transform, core::data::allTransforms().make({"SMOTE"}));
        Compared compared;
        for (int round = 0; round < 3; ++round) {
            const double start = core::base::steadySeconds();
            CORE_TRY(made, transform->resample({info, inputs, targets}, draw));
            const double speed = double(made.newInputs.size(0)) / (core::base::steadySeconds() - start);
            compared.add(speed, peer("smote-" + std::to_string(each.features), int(each.rare)));
        }
        compared.write(figures, each.name, "imbalanced_learn");
    }
    return figures;
}

}

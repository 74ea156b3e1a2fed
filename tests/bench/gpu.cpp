// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/compared.h"

#include "core/base/json.h"
#include "core/tensor/device.h"

#include <iostream>

namespace bench {

using core::base::Object;
using core::base::Result;

namespace {

struct Case {
    std::string name; ///< of the peer's script
    std::string model, image, rest;
    int rows = 3000, batch = 64, steps = 300;
};

std::string textOf(const Case& one)
{
    const std::string data = one.image.empty() ? R"({"source": "two-moons", "rows": )" + std::to_string(one.rows) + "}"
                                               : R"({"source": "fashion-mnist", "rows": )" + std::to_string(one.rows) +
                                                     R"(, "image": )" + one.image + "}";
    return R"({"data": )" + data + R"(, "split": {"train": 0.9, "validation": 0.05}, "model": )" + one.model +
           R"(, "train": {"steps": )" + std::to_string(one.steps) + R"(, "batch_size": )" + std::to_string(one.batch) +
           R"(, "drop_last": true, "optimizer": "adamw", "threads": 1)" + one.rest + "}}";
}

}

Result<Object> gpu()
{
    if (const std::string missing = core::tensor::whyNoCuda(); !missing.empty())
        return Object{{"skipped", missing}};
    const std::string rgb = R"({"size": 32, "channels": "rgb"})";
    const std::vector<Case> cases{
        {"gpu-mlp", R"({"kind": "mlp", "hidden": [16, 16], "activation": "tanh"})", "", "", 4570, 32, 3000},
        {"gpu-cnn", R"({"kind": "cnn", "channels": [16, 32], "hidden": [], "activation": "relu"})", "{}", "", 12000, 64,
         1500},
        {"gpu-resnet-bf16", R"({"kind": "resnet", "stem": "small"})", rgb, R"(, "precision": "bf16-mixed")"},
        {"gpu-resnet-bf16-compiled", R"({"kind": "resnet", "stem": "small"})", rgb, R"(, "precision": "bf16-mixed")"},
    };
    Object figures{{"device", core::tensor::devices()[1].model}};
    for (const Case& one : cases) {
        Compared speeds;
        for (int round = 0; round < 2; ++round) {
            CORE_TRY(speed, stepsPerSecond(textOf(one), "cuda:0"));
            speeds.add(speed, peer(one.name, one.steps));
        }
        Object own;
        speeds.write(own, "steps_per_s", "pytorch");
        // The peers take minutes: whoever stops this keeps what there is.
        std::cerr << one.name << "  " << core::base::writeJson(own) << std::endl;
        figures.set(one.name, own);
    }
    return figures;
}

}

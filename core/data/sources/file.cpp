// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/open.h"

namespace core::data::sources::file {

namespace {

struct Spec {
    std::string path;
};

class File final : public Source {
public:
    explicit File(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override { return loadPath(request, m_spec.path); }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<File>("file", "Your own file",
                  "A file or folder of yours. The format is found from its content, or named by data.format.",
                  base::Fields<Spec>{}.add("path", &Spec::path, base::Path{},
                                           {"The file or folder, relative to the experiment file."}));
}

}

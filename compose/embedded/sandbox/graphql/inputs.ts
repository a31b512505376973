const PAGING = "offset: Int limit: Int";

/** What operations take. */
export const INPUTS = /* GraphQL */ `
  input UserAuthInput { credentials: String! password: String! }
  input UserCreateInput { login: String! password: String! }
  input UserUpdateInput { login: String password: String }
  input UserFilterInput {
    uuids: [UUID!] searchString: String role: [UserRole!] status: [UserStatus!]
    orderByCreateDate: OrderByDate ${PAGING}
  }
  input CredentialsInput { username: String! patToken: String! }
  input RepositoryRegistryCreateInput {
    platform: GitPlatform! repositoryUrl: String! isPublicRepository: Boolean!
    credentials: CredentialsInput
  }
  input RepositoryRegistryFilterInput {
    uuids: [UUID!] creatorUuid: UUID searchString: String isPublicRepository: Boolean
    orderByCreateDate: OrderByDate orderByLastUpdate: OrderByDate ${PAGING}
  }
  input CommitFilterInput { repoBranch: String! onlyTag: Boolean = false ${PAGING} }
  input RepoCreateInput {
    repositoryRegistryUuid: UUID! defaultBranch: String! visibilityLevel: VisibilityLevel!
    name: String! isCompilableRepo: Boolean!
  }
  input RepoUpdateInput {
    visibilityLevel: VisibilityLevel name: String isAutoUpdateRepo: Boolean defaultBranch: String
    defaultCommit: String isOnlyTagUpdate: Boolean isCompilableRepo: Boolean
  }
  input RepoFilterInput {
    repositoryRegistryUuid: UUID uuids: [UUID!] creatorUuid: UUID creatorsUuids: [UUID!]
    searchString: String isAutoUpdateRepo: Boolean visibilityLevel: [VisibilityLevel!]
    orderByCreateDate: OrderByDate orderByLastUpdate: OrderByDate ${PAGING}
  }
  input UnitCreateInput {
    repoUuid: UUID! visibilityLevel: VisibilityLevel! name: String!
    isAutoUpdateFromRepoUnit: Boolean! targetFirmwarePlatform: String repoBranch: String
    repoCommit: String
  }
  input UnitUpdateInput {
    visibilityLevel: VisibilityLevel name: String isAutoUpdateFromRepoUnit: Boolean
    targetFirmwarePlatform: String repoBranch: String repoCommit: String
  }
  input UnitFilterInput {
    uuids: [UUID!] creatorUuid: UUID repoUuid: UUID reposUuids: [UUID!] searchString: String
    isAutoUpdateFromRepoUnit: Boolean visibilityLevel: [VisibilityLevel!]
    orderByUnitName: OrderByText orderByCreateDate: OrderByDate orderByLastUpdate: OrderByDate
    unitNodeInputUuid: UUID unitNodeType: [UnitNodeTypeEnum!] unitNodeUuids: [UUID!] ${PAGING}
  }
  input UnitLogFilterInput {
    uuid: UUID! level: [LogLevel!] orderByCreateDate: OrderByDate ${PAGING}
  }
  input UnitNodeFilterInput {
    uuids: [UUID!] unitUuid: UUID searchString: String type: [UnitNodeTypeEnum!]
    visibilityLevel: [VisibilityLevel!] orderByCreateDate: OrderByDate outputUuid: UUID ${PAGING}
  }
  input UnitNodeUpdateInput {
    visibilityLevel: VisibilityLevel isRewritableInput: Boolean isDataPipeActive: Boolean
    maxConnections: Int
  }
  input UnitNodeSetStateInput { state: String }
  input UnitNodeEdgeCreateInput { nodeOutputUuid: UUID! nodeInputUuid: UUID! }
  input DataPipeFilterInput {
    uuid: UUID! type: ProcessingPolicyType! searchString: String
    aggregationType: [AggregationFunctions!] timeWindowSize: Int
    startAggWindowDatetime: DateTime endAggWindowDatetime: DateTime
    startCreateDatetime: DateTime endCreateDatetime: DateTime relativeTime: String
    orderByCreateDate: OrderByDate ${PAGING}
  }
  input PermissionCreateInput {
    agentUuid: UUID! agentType: PermissionEntities!
    resourceUuid: UUID! resourceType: PermissionEntities!
  }
  input PermissionFilterInput {
    resourceUuid: UUID! resourceType: PermissionEntities! agentType: PermissionEntities ${PAGING}
  }
`;

/** What can be asked and done; what is not here the sandbox does not have. */
export const OPERATIONS = /* GraphQL */ `
  type Query {
    getToken(data: UserAuthInput!): String!
    getUser(uuid: UUID!): UserType!
    getUsers(filters: UserFilterInput!): UsersResultType!
    getRepositoryRegistry(uuid: UUID!): RepositoryRegistryType!
    getRepositoriesRegistry(filters: RepositoryRegistryFilterInput!): RepositoriesRegistryResultType!
    getBranchCommits(uuid: UUID!, filters: CommitFilterInput!): [CommitType!]!
    getRepo(uuid: UUID!): RepoType!
    getRepos(filters: RepoFilterInput!): ReposResultType!
    getVersions(uuid: UUID!): RepoVersionsType!
    getAvailablePlatforms(uuid: UUID!, targetCommit: String, targetTag: String): [PlatformType!]!
    getUnit(uuid: UUID!): UnitType!
    getUnits(filters: UnitFilterInput!): UnitsResultType!
    getUnitEnv(uuid: UUID!): String!
    getTargetVersion(uuid: UUID!): TargetVersionType!
    getUnitCurrentSchema(uuid: UUID!): String!
    getStateStorage(uuid: UUID!): String!
    getUnitLogs(filters: UnitLogFilterInput!): UnitLogsResultType!
    getUnitNode(uuid: UUID!): UnitNodeType!
    getUnitNodes(filters: UnitNodeFilterInput!): UnitNodesResultType!
    getPipeData(filters: DataPipeFilterInput!): PipeDataResultType!
    checkDataPipeConfig(file: Upload!): [DataPipeValidationErrorType!]!
    getDataPipeConfig(uuid: UUID!): String!
    getBaseMetrics: BaseMetricsType!
    getResourceAgents(filters: PermissionFilterInput!): PermissionsResultType!
  }
  type Mutation {
    createUser(user: UserCreateInput!): UserType!
    updateUser(user: UserUpdateInput!): UserType!
    blockUser(uuid: UUID!): NoneType!
    unblockUser(uuid: UUID!): NoneType!
    createRepositoryRegistry(repositoryRegistry: RepositoryRegistryCreateInput!): RepositoryRegistryType!
    deleteRepositoryRegistry(uuid: UUID!): NoneType!
    createRepo(repo: RepoCreateInput!): RepoType!
    updateRepo(uuid: UUID!, repo: RepoUpdateInput!): RepoType!
    deleteRepo(uuid: UUID!): NoneType!
    createUnit(unit: UnitCreateInput!): UnitType!
    updateUnit(uuid: UUID!, unit: UnitUpdateInput!): UnitType!
    updateUnitEnv(uuid: UUID!, envJsonStr: String!): NoneType!
    resetUnitEnv(uuid: UUID!): NoneType!
    deleteUnit(uuid: UUID!): NoneType!
    setStateStorage(uuid: UUID!, state: String!): NoneType!
    sendCommandToInputBaseTopic(uuid: UUID!, command: BackendTopicCommand!): NoneType!
    updateUnitNode(uuid: UUID!, unitNode: UnitNodeUpdateInput!): UnitNodeType!
    setStateUnitNodeInput(uuid: UUID!, unitNode: UnitNodeSetStateInput!): UnitNodeType!
    createUnitNodeEdge(unitNodeEdge: UnitNodeEdgeCreateInput!): UnitNodeEdgeType!
    deleteUnitNodeEdge(inputUuid: UUID!, outputUuid: UUID!): NoneType!
    setDataPipeConfig(uuid: UUID!, file: Upload!): NoneType!
    setDataPipeDataCsv(uuid: UUID!, file: Upload!): NoneType!
    deleteDataPipeData(uuid: UUID!): NoneType!
    createPermission(permission: PermissionCreateInput!): PermissionType!
    deletePermission(agentUuid: UUID!, resourceUuid: UUID!): NoneType!
    setGrafanaCookies: NoneType!
  }
`;
